import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '#domain/base/assert.ts';
import { partOf } from '#server/preservation/object-parts.ts';
import { objectFolders, StoredObject } from '#server/preservation/ocfl-read.ts';
import { errorAnswer } from '#server/preservation/worker-client.ts';
import { damageOf, type Damage } from './damage.ts';
import { readEntryObject, type StoredEntry } from './entry-object.ts';
import { StoredParts } from './stored-parts.ts';
import { readImportRows, type RowsChunk, type RowsWork } from './import-rows-reading.ts';

/** Lines of a record in one chunk. */
const CHUNK_LINES = 1000;

/** Kinds of objects, by a file that only they have. */
const MARKS = {
	entry: 'state.yjs',
	import: 'entries.jsonl.gz',
	step: 'step.json',
	order: 'order.json',
	campaign: 'campaign.json',
	decision: 'decision.json',
	undone: 'events.json',
	purge: 'purge.json',
	people: 'people.jsonl',
	settings: 'settings.json',
	register: 'register.json',
	codes: 'codes.json',
} as const;

/** What an object is. */
export type ObjectKind = keyof typeof MARKS;

/** What a store holds. */
export interface Scan {
	readonly objects: number;
	/** Edited entries; their folders stay with the worker. */
	readonly entries: number;
	/** Folders of all others, by kind. */
	readonly records: Readonly<Record<Exclude<ObjectKind, 'entry'>, readonly string[]>>;
	readonly damage: readonly Damage[];
}

/** A small record with what is damaged of it. */
export interface RecordFile {
	readonly json: unknown;
	/** `deposit.json`. */
	readonly record: Readonly<Record<string, unknown>>;
	/** Its newest version. */
	readonly version: string;
}

/** Everything the reader of a store is asked, in turn. */
export interface RebuildAsks {
	scan: { ask: undefined; answer: Scan };
	/** A JSON file of an object, with the record of its version. */
	record: {
		ask: { readonly folder: string; readonly name: string };
		answer: RecordFile | { readonly damage: Damage };
	};
	/** The next entries of the scan; none at the end. */
	entries: {
		ask: { readonly count: number };
		answer: { readonly entries: readonly StoredEntry[]; readonly damage: readonly Damage[] };
	};
	/** Begins to read the rows of an import; a damage when there are none to be had. */
	openRows: { ask: { readonly folder: string; readonly work: RowsWork }; answer: Damage | undefined };
	/** The next of them; undefined at the end. */
	rows: { ask: undefined; answer: RowsChunk | undefined };
	/** Begins to read the JSON lines of a record. */
	openLines: { ask: { readonly folder: string; readonly name: string }; answer: Damage | undefined };
	lines: { ask: undefined; answer: readonly unknown[] | undefined };
}

const port = must(parentPort, 'this file runs as a worker');
const { root } = workerData as { root: string };
/** Of each entry its object, and the successors of it. */
let folders: (readonly string[])[] = [];
let rows: AsyncGenerator<RowsChunk> | undefined;
let lines: AsyncGenerator<readonly unknown[]> | undefined;

const answers: {
	[Kind in keyof RebuildAsks]: (
		ask: RebuildAsks[Kind]['ask'],
	) => RebuildAsks[Kind]['answer'] | Promise<RebuildAsks[Kind]['answer']>;
} = {
	scan,
	record({ folder, name }) {
		try {
			const object = new StoredObject(join(root, folder));
			return {
				json: JSON.parse(object.text(name)) as unknown,
				record: JSON.parse(object.text('deposit.json')) as Record<string, unknown>,
				version: must(object.versions.at(-1), 'an object has a version'),
			};
		} catch (error) {
			return { damage: damageOf(error, folder, name) };
		}
	},
	entries({ count }) {
		const entries: StoredEntry[] = [];
		const damage: Damage[] = [];
		for (const parts of folders.splice(0, count)) {
			const objects: StoredObject[] = [];
			for (const folder of parts)
				try {
					objects.push(new StoredObject(join(root, folder)));
				} catch (error) {
					damage.push(damageOf(error, folder));
				}
			if (objects.length === 0) continue;
			const read = readEntryObject(new StoredParts(objects));
			if (read.entry) entries.push(read.entry);
			damage.push(...read.damage);
		}
		return { entries, damage };
	},
	openRows: ({ folder, work }) =>
		open(folder, MARKS.import, (path) => {
			rows = readImportRows(path, work);
		}),
	async rows() {
		const next = await must(rows, 'rows are open').next();
		return next.done === true ? undefined : next.value;
	},
	openLines: ({ folder, name }) =>
		open(folder, name, (path) => {
			lines = readLines(path);
		}),
	async lines() {
		const next = await must(lines, 'lines are open').next();
		return next.done === true ? undefined : next.value;
	},
};

function scan(): Scan {
	const kinds = Object.keys(MARKS) as ObjectKind[];
	/** Folders by the id of the object they begin with or go on for, and by which part of it they are. */
	const found = new Map(kinds.map((kind) => [kind, new Map<string, string[]>()]));
	const damage: Damage[] = [];
	let objects = 0;
	for (const folder of objectFolders(root)) {
		objects++;
		try {
			const object = new StoredObject(join(root, folder));
			const names = object.names();
			const kind = kinds.find((each) => names.has(MARKS[each]));
			const { id, part } = partOf(object.id);
			const parts = kind && found.get(kind);
			if (parts) {
				const folders = parts.get(id) ?? [];
				folders[part - 1] = folder;
				parts.set(id, folders);
			} else damage.push({ object: object.id, file: '', reason: 'unknown' });
		} catch (error) {
			damage.push(damageOf(error, folder));
		}
	}
	folders = [...(found.get('entry')?.values() ?? [])].map((parts) => parts.filter(Boolean));
	// Of other objects the newest version says all.
	const newest = kinds
		.filter((kind) => kind !== 'entry')
		.map((kind) => [kind, [...(found.get(kind)?.values() ?? [])].map((parts) => parts.at(-1))]);
	return {
		objects,
		entries: folders.length,
		records: Object.fromEntries(newest) as Scan['records'],
		damage,
	};
}

function open(folder: string, name: string, begin: (path: string) => void): Damage | undefined {
	try {
		const object = new StoredObject(join(root, folder));
		const path = object.checkedPath(name);
		if (path === undefined) return { object: object.id, file: name, reason: 'digest' };
		begin(path);
		return undefined;
	} catch (error) {
		return damageOf(error, folder, name);
	}
}

async function* readLines(path: string): AsyncGenerator<readonly unknown[]> {
	let chunk: unknown[] = [];
	for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
		if (line !== '') chunk.push(JSON.parse(line));
		if (chunk.length < CHUNK_LINES) continue;
		yield chunk;
		chunk = [];
	}
	if (chunk.length > 0) yield chunk;
}

// One after the other: what is read next goes on where the last ended.
let turn: Promise<void> = Promise.resolve();
port.on('message', ({ id, kind, ask }: { id: number; kind: keyof RebuildAsks; ask: never }) => {
	turn = turn.then(async () => {
		try {
			port.postMessage({ id, result: await answers[kind](ask) });
		} catch (error) {
			port.postMessage({ id, error: errorAnswer(error) });
		}
	});
});
