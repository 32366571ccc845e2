import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { globSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createId } from '#domain/base/ids.ts';
import { OcflStore, type FileSource } from '#server/preservation/ocfl-store.ts';
import { verifyApart } from '#server/preservation/verification.ts';
import { createFailingFiles } from '#tests/support/failing-files.ts';

const ENTRIES = Number(process.env['LANTAI_BENCH_OBJECTS'] ?? 1500);
const ROUNDS = 3;
const MB = 1024 * 1024;
const user = { name: 'bench', address: 'urn:lantai:actor:bench' };

interface Shape {
	readonly name: string;
	readonly objects: number;
	readonly versions: number;
	files(): Map<string, FileSource>;
}

/** What a store holds: edited entries, digitised volumes, one object of very many files, one of few large ones. */
const SHAPES: readonly Shape[] = [
	{
		name: 'entries as deposited: small files, three versions',
		objects: ENTRIES,
		versions: 3,
		files: () =>
			new Map(
				[
					'entry.json',
					'entry.xml',
					'body.html',
					'state.yjs',
					'review.json',
					'changes.jsonl',
					'deposit.json',
				].map((name) => [name, randomBytes(1500)]),
			),
	},
	{
		name: 'digitised volumes: 40 images of 1 MB',
		objects: 20,
		versions: 1,
		files: () => manyFiles(40, MB),
	},
	{
		name: 'one object of 20,000 files of 8 kB',
		objects: 1,
		versions: 1,
		files: () => manyFiles(20_000, 8192),
	},
	{ name: 'one object of 4 files of 256 MB', objects: 1, versions: 1, files: () => manyFiles(4, 256 * MB) },
];

/**
 * A verification beside `sha512sum` of every file of the same root, in the same run and both with a warm cache; the better
 * of three each, taken in turn. Prints MB/s and the ratio, whose budget is 0.8.
 */
export async function run(): Promise<void> {
	for (const shape of SHAPES) await measure(shape);
}

async function measure(shape: Shape): Promise<void> {
	const folder = await mkdtemp(join(process.env['LANTAI_BENCH_DIR'] ?? tmpdir(), 'lantai-bench-'));
	try {
		const root = join(folder, 'root');
		const store = new OcflStore(root, join(folder, 'staging'), createFailingFiles());
		store.open({ mayCreate: true });
		for (let object = 0; object < shape.objects; object++) {
			const objectId = `urn:uuid:${createId<string>()}`;
			for (let version = 0; version < shape.versions; version++)
				store.putVersion({
					objectId,
					files: shape.files(),
					created: new Date().toISOString(),
					message: 'bench',
					user,
				});
		}
		const files = globSync('**', { cwd: root, withFileTypes: true }).filter((each) => each.isFile());
		const list = join(folder, 'list');
		await writeFile(list, files.map((each) => join(each.parentPath, each.name)).join('\0'));
		let [raw, ours] = [Infinity, Infinity];
		let [bytes, peakMb] = [0, 0];
		for (let round = 0; round < ROUNDS; round++) {
			raw = Math.min(
				raw,
				secondsOf(() => spawnSync('xargs', ['-0', '-a', list, 'sha512sum'], { stdio: 'ignore' })),
			);
			const started = performance.now();
			const verdict = await verifyApart({ path: root });
			ours = Math.min(ours, (performance.now() - started) / 1000);
			if (!verdict.valid || verdict.objects !== shape.objects) throw new Error('the root is not valid');
			bytes = verdict.bytes;
			peakMb = Math.max(peakMb, process.resourceUsage().maxRSS / 1024);
		}
		say(`${shape.name}: ${files.length} files, ${(bytes / 1e6).toFixed(0)} MB of content`);
		say(
			`  sha512sum ${raw.toFixed(2)} s, verification ${ours.toFixed(2)} s, at most ${peakMb.toFixed(0)} MB`,
		);
		say(`  ratio: ${(raw / ours).toFixed(2)} of sha512sum`);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

function manyFiles(count: number, sizeBytes: number): Map<string, FileSource> {
	return new Map(
		Array.from({ length: count }, (_, index) => [`${index % 100}/${index}.bin`, randomBytes(sizeBytes)]),
	);
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
