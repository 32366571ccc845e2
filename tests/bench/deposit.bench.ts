import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import pino from 'pino';
import { systemClock } from '#domain/base/clock.ts';
import { folderStorage } from '#server/preservation/folder-storage.ts';
import { objectFolders, StoredObject } from '#server/preservation/ocfl-read.ts';
import { createPreservation } from '#server/preservation/preservation.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { aLoggedEntry, type LoggedEntry } from '#tests/support/logged-entries.ts';

const ENTRIES = Number(process.env['LANTAI_BENCH_OBJECTS'] ?? 500);
/** Not of this project and GPL: for the comparison alone, and never shipped. */
const LIBRARY = '@ocfl/ocfl-fs@0.2.2';

/** A file of the store, to be written again. */
interface Written {
	readonly path: string;
	readonly bytes: Buffer;
}

/**
 * Deposits a second, first versions and third ones, beside a writer that writes and syncs the same files and nothing else,
 * in the same run; and beside a library that syncs nothing.
 */
export async function run(): Promise<void> {
	const folder = await mkdtemp(join(process.env['LANTAI_BENCH_DIR'] ?? tmpdir(), 'lantai-bench-'));
	try {
		const dataDir = join(folder, 'data');
		const root = join(dataDir, 'archive');
		mkdirSync(dataDir);
		const storage = await openStorage({ dataDir });
		const preservation = await createPreservation({
			...{ storage, dataDir, clock: systemClock, logger: pino({ level: 'error' }), idleMs: 3_600_000 },
			begin: () => Promise.reject(new Error('entries have documents')),
			onDeposited: () => undefined,
		});
		const entries: LoggedEntry[] = [];
		for (let index = 0; index < ENTRIES; index++) {
			const entry = await aLoggedEntry(storage, `关于印发《合成区河道整治第${index}号实施意见》的通知`);
			await entry.write('scopeAndContent', '合成内容：河道整治、清淤、岸线修复与经费安排。'.repeat(20));
			entries.push(entry);
		}
		for (const version of ['v1', 'v2', 'v3']) {
			if (version !== 'v1') for (const entry of entries) await entry.set('title', `第${version}稿`);
			for (const { id } of entries) preservation.noteEdit(id, 0);
			const delay = monitorEventLoopDelay({ resolution: 1 });
			delay.enable();
			const deposited = await rate(() => preservation.flush('demand'));
			delay.disable();
			if (version === 'v2') continue;
			const raw = writeRaw(filesOf(root, version), join(folder, `raw-${version}`));
			say(
				`${version}: ${Math.round(deposited)} deposits/s, ${(deposited / raw.rate).toFixed(2)} × a writer that syncs the same files (${Math.round(raw.rate)}/s, ${raw.files} files each; 0.6 wanted); event-loop delay p99 ${(delay.percentile(99) / 1e6).toFixed(0)} ms (50 allowed)`,
			);
		}
		await preservation.close();
		await storage.close();
		await besideLibrary(root, folder);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** Objects a second. */
async function rate(work: () => Promise<void>): Promise<number> {
	const started = performance.now();
	await work();
	return ENTRIES / ((performance.now() - started) / 1000);
}

/** What a version brought into each object: its folder, and the inventory and declaration beside it. */
function filesOf(root: string, version: string): Written[][] {
	return [...objectFolders(root)].map((object) => {
		const beside = [
			'inventory.json',
			'inventory.json.sha512',
			...(version === 'v1' ? ['0=ocfl_object_1.1'] : []),
		];
		const paths = [...below(join(root, object, version)), ...beside.map((name) => join(root, object, name))];
		return paths.map((path) => ({ path: relative(root, path), bytes: readFileSync(path) }));
	});
}

function* below(folder: string): Generator<string> {
	for (const { name, kind } of folderStorage.list(folder))
		if (kind === 'folder') yield* below(join(folder, name));
		else yield join(folder, name);
}

/** Writes each object's files, syncs each of them, and then each new folder. */
function writeRaw(
	objects: readonly Written[][],
	to: string,
): { readonly rate: number; readonly files: number } {
	const started = performance.now();
	for (const files of objects) {
		const folders = new Set<string>();
		for (const { path, bytes } of files) {
			const target = join(to, path);
			const folder = dirname(target);
			if (!folders.has(folder)) mkdirSync(folder, { recursive: true });
			folders.add(folder);
			const file = openSync(target, 'w');
			writeSync(file, bytes);
			fsyncSync(file);
			closeSync(file);
		}
		for (const folder of [...folders, dirname([...folders][0] ?? to)]) {
			const opened = openSync(folder, 'r');
			fsyncSync(opened);
			closeSync(opened);
		}
	}
	return {
		rate: objects.length / ((performance.now() - started) / 1000),
		files: objects[0]?.length ?? 0,
	};
}

interface LibraryFile {
	readonly logicalPath: string;
	readonly digest: string;
	buffer(): Promise<Buffer>;
}
interface LibraryObject {
	load(): Promise<unknown>;
	files(): Promise<readonly LibraryFile[]>;
	update(
		work: (transaction: { write(name: string, bytes: Buffer): Promise<void> }) => Promise<void>,
	): Promise<void>;
}
interface LibraryStorage {
	create(): Promise<unknown>;
	load(): Promise<unknown>;
	object(id: string): LibraryObject;
}

/** The library reads the root we wrote, every file of it, and writes as many objects of the same files. */
async function besideLibrary(root: string, folder: string): Promise<void> {
	const at = join(folder, 'library');
	mkdirSync(at);
	const npm = spawnSync('npm', ['install', '--silent', '--no-save', '--prefix', at, LIBRARY], {
		encoding: 'utf8',
	});
	if (npm.status !== 0) return say(`${LIBRARY} could not be installed: ${npm.stderr.trim()}`);
	const library = createRequire(join(at, 'package.json'))('@ocfl/ocfl-fs') as {
		storage(options: object): LibraryStorage;
	};
	const ours = library.storage({ root });
	await ours.load();
	const objects = [...objectFolders(root)].map((object) => new StoredObject(join(root, object)));
	let [files, wrong] = [0, 0];
	for (const { id, versions } of objects) {
		const object = ours.object(id);
		await object.load();
		for (const file of await object.files()) {
			files++;
			const digest = createHash('sha512')
				.update(await file.buffer())
				.digest('hex');
			if (digest !== file.digest) wrong++;
		}
		if (versions.length === 0) wrong++;
	}
	say(`${LIBRARY} reads ${objects.length} objects and ${files} files of the root, ${wrong} of them wrong`);
	const theirs = library.storage({ root: join(at, 'root') });
	await theirs.create();
	const started = performance.now();
	for (const stored of objects)
		await theirs.object(stored.id).update(async (transaction) => {
			for (const name of stored.names()) await transaction.write(name, stored.read(name) ?? Buffer.alloc(0));
		});
	const perSecond = objects.length / ((performance.now() - started) / 1000);
	say(`${LIBRARY} writes ${Math.round(perSecond)} objects/s of the same files, and syncs none`);
}

function say(line: string): void {
	process.stdout.write(`${line}\n`);
}
