import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { globSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { createId } from '#domain/base/ids.ts';
import { createApp } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { OcflStore, type FileSource } from '#server/preservation/ocfl-store.ts';
import { createFailingFiles } from '#tests/support/failing-files.ts';

const ENTRIES = Number(process.env['LANTAI_BENCH_OBJECTS'] ?? 20_000);
const ROUNDS = 3;
const MB = 1024 * 1024;
const user = { name: 'bench', address: 'urn:lantai:actor:bench' };
const actor = { id: 'bench', name: 'bench', via: null };

/** What is measured: edited entries, and digitised volumes. */
const SHAPES: readonly {
	name: string;
	objects: number;
	versions: number;
	files: () => Map<string, FileSource>;
}[] = [
	{
		name: 'entries as deposited: small files, three versions',
		objects: ENTRIES,
		versions: 3,
		files: () =>
			new Map(
				['entry.json', 'entry.xml', 'body.html', 'state.yjs', 'changes.jsonl', 'log.jsonl'].map((name) => [
					name,
					randomBytes(1500),
				]),
			),
	},
	{
		name: 'digitised volumes: 40 images of 1 MB',
		objects: 20,
		versions: 1,
		files: () => new Map(Array.from({ length: 40 }, (_, index) => [`${index}.tif`, randomBytes(MB)])),
	},
];

/**
 * A round of fixity over a whole root, without a limit and with all its events written, in a process that serves, beside
 * `sha512sum` of every file of the same root: in the same run, in turns, with a warm cache; the better of three each.
 * Prints the ratio, whose budget is 0.8, and how long the event loop of the server was kept waiting.
 */
export async function run(): Promise<void> {
	for (const shape of SHAPES) await measure(shape);
}

async function measure(shape: (typeof SHAPES)[number]): Promise<void> {
	const folder = await mkdtemp(join(process.env['LANTAI_BENCH_DIR'] ?? tmpdir(), 'lantai-bench-'));
	try {
		const dataDir = join(folder, 'data');
		const app = await createApp(readConfig({ data: dataDir, port: '0', logLevel: 'error' }));
		const root = join(dataDir, 'archive');
		const store = new OcflStore(root, join(dataDir, 'archive-staging'), createFailingFiles());
		store.open({ mayCreate: false });
		for (let object = 0; object < shape.objects; object++) {
			const objectId = `urn:uuid:${createId<string>()}`;
			for (let version = 0; version < shape.versions; version++)
				store.putVersion({
					objectId,
					files: new Map([...shape.files(), ['deposit.json', '{"kind":"working","entryId":"x"}']]),
					created: new Date().toISOString(),
					message: 'bench',
					user,
				});
		}
		const files = globSync('**', { cwd: root, withFileTypes: true }).filter((each) => each.isFile());
		const list = join(folder, 'list');
		await writeFile(list, files.map((each) => join(each.parentPath, each.name)).join('\0'));
		let [raw, ours, surveyed] = [Infinity, Infinity, 0];
		let [bytes, worstMs] = [0, 0];
		// The first round fills the register, and is told by itself.
		for (let round = 0; round <= ROUNDS; round++) {
			raw = Math.min(raw, await sumSeconds(list));
			const delay = monitorEventLoopDelay({ resolution: 1 });
			delay.enable();
			const report = await app.preservation.fixity.run({ isAll: true, megabytesPerSecond: 0, actor });
			delay.disable();
			if (report.failures > 0 || report.objects !== shape.objects) throw new Error('the root is not sound');
			bytes = report.bytes;
			worstMs = Math.max(worstMs, delay.percentile(99) / 1e6);
			if (round === 0) surveyed = report.seconds;
			else ours = Math.min(ours, report.seconds);
		}
		await app.close();
		say(`${shape.name}: ${files.length} files, ${(bytes / 1e6).toFixed(0)} MB of content`);
		say(
			`  sha512sum ${raw.toFixed(2)} s, fixity ${ours.toFixed(2)} s; of an empty register ${surveyed.toFixed(2)} s`,
		);
		say(`  ratio: ${(raw / ours).toFixed(2)} of sha512sum`);
		say(`  event loop of the server, p99 of the worst round: ${worstMs.toFixed(1)} ms`);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** In another process, while this one waits as a server does. */
function sumSeconds(list: string): Promise<number> {
	const started = performance.now();
	const child = spawn('xargs', ['-0', '-a', list, 'sha512sum'], { stdio: 'ignore' });
	return new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('exit', () => resolve((performance.now() - started) / 1000));
	});
}

function say(line: string): void {
	process.stdout.write(`${line}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await run();
