import { randomBytes } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '#domain/base/clock.ts';
import { restoreBackup, verifyBackup } from '#server/administration/backup/restore.ts';
import { createApp } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { OcflStore, type FileSource } from '#server/preservation/ocfl-store.ts';
import { createId } from '#domain/base/ids.ts';

const OBJECTS = Number(process.env['LANTAI_BENCH_OBJECTS'] ?? 300);
const LARGE_BYTES = 64 * 1024 * 1024;
const actor = { id: 'bench', name: 'bench', via: null };

/**
 * A backup, its check and its restore beside `cp -r` and `sync` of the same directory in the same run: many small objects
 * and one large file. Prints MB/s and the ratio.
 */
export async function run(): Promise<void> {
	const folder = await mkdtemp(join(process.env['LANTAI_BENCH_DIR'] ?? tmpdir(), 'lantai-bench-'));
	try {
		const dataDir = join(folder, 'data');
		const config = readConfig({ data: dataDir, port: '0', logLevel: 'error' });
		const app = await createApp(config);
		const store = new OcflStore(join(dataDir, 'archive'), join(dataDir, 'archive-staging'));
		store.open({ mayCreate: false });
		for (let index = 0; index <= OBJECTS; index++)
			store.putVersion({
				objectId: `urn:uuid:${createId<string>()}`,
				files: new Map<string, FileSource>([
					['content.bin', randomBytes(index === 0 ? LARGE_BYTES : 8000)],
					['deposit.json', '{}'],
				]),
				created: new Date().toISOString(),
				message: 'bench',
				user: { name: 'bench', address: 'urn:lantai:actor:bench' },
			});
		const bytes = await sizeOf(dataDir);
		const copy = (name: string): number =>
			secondsOf(() => {
				spawnSync('cp', ['-r', dataDir, join(folder, name)]);
				spawnSync('sync', ['-f', folder]);
			});
		const file = join(folder, 'backup.tar');
		const signal = new AbortController().signal;
		// Halves around it, so that a disk that changes its speed meanwhile counts for both.
		const before = copy('copy-1');
		const made = await app.administration.backups.make(
			{ file, isForced: false, signal, onProgress: () => undefined },
			actor,
		);
		const after = copy('copy-2');
		await app.close();
		const quiet = { signal, progress: () => undefined };
		const verified = await verifyBackup(file, quiet);
		const restored = await restoreBackup(file, join(folder, 'restored'), actor, systemClock, quiet);
		const rate = (seconds: number): string => `${(bytes / 1e6 / seconds).toFixed(0)} MB/s`;
		const raw = (before + after) / 2;
		say(`cp -r and sync of ${(bytes / 1e6).toFixed(0)} MB, ${OBJECTS + 1} objects: ${rate(raw)}`);
		say(`backup: ${rate(made.seconds)}`);
		say(`ratio: ${(raw / made.seconds).toFixed(2)} of cp -r`);
		say(`backup verify: ${rate(verified.seconds)}`);
		say(`restore, verified and durable: ${rate(restored.seconds)}`);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function sizeOf(folder: string): Promise<number> {
	let bytes = 0;
	for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
		if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
	return bytes;
}

function secondsOf(work: () => void): number {
	const started = performance.now();
	work();
	return (performance.now() - started) / 1000;
}

function say(line: string): void {
	process.stdout.write(`${line}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await run();
