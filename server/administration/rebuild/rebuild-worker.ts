import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '#domain/base/assert.ts';
import { partOf } from '#server/preservation/object-parts.ts';
import { objectPath } from '#server/preservation/ocfl-layout.ts';
import type { InventoryVersion } from '#server/preservation/ocfl-inventory.ts';
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

/** A small record, of the newest version that is whole. */
export interface RecordFile {
	readonly json: unknown;
	/** `deposit.json`; empty when that is damaged. */
	readonly record: Readonly<Record<string, unknown>>;
	readonly version: string;
	/** The same among those of all successors: `#2 v1`. */
	readonly part: string;
}

/** What an object says of itself, whatever became of its files. */
export interface RecordNames {
	readonly objectId: string;
	/** Logical names of its newest version. */
	readonly names: readonly string[];
	/** When that was made, and by whom. */
	readonly about: Pick<InventoryVersion, 'created' | 'user' | 'message'> | undefined;
}

/** Everything the reader of a store is asked, in turn. */
export interface RebuildAsks {
	scan: { ask: undefined; answer: Scan };
	/** A JSON file of an object, of the newest version that has it and what belongs to it whole, else of the newest with itself. */
	record: {
		ask: { readonly folder: string; readonly name: string; readonly lines?: readonly string[] };
		answer: { readonly found: RecordFile | undefined; readonly damage: readonly Damage[] };
	};
	names: { ask: { readonly folder: string }; answer: RecordNames };
	/** The next entries of the scan; none at the end. */
	entries: {
		ask: { readonly count: number };
		answer: { readonly entries: readonly StoredEntry[]; readonly damage: readonly Damage[] };
	};
	/** Begins to read the rows of an import. */
	openRows: { ask: { readonly folder: string; readonly work: RowsWork }; answer: Opened };
	/** The next of them; undefined at the end. */
	rows: { ask: undefined; answer: RowsChunk | undefined };
	/** Begins to read the JSON lines of a record, of one version, else of the newest in which they are whole. */
	openLines: {
		ask: { readonly folder: string; readonly name: string; readonly version?: string | undefined };
		answer: Opened;
	};
	lines: { ask: undefined; answer: readonly unknown[] | undefined };
}

/** Whether there is anything to be read, and what is damaged. */
export interface Opened {
	readonly isOpen: boolean;
	readonly damage: readonly Damage[];
}

const port = must(parentPort, 'this file runs as a worker');
const { root } = workerData as { root: string };
/** Of each entry its object, and the successors of it. */
let folders: (readonly string[])[] = [];
/** Of each record its object, and the successors of it, by the folder of the newest. */
const recordFolders = new Map<string, readonly string[]>();
let rows: AsyncGenerator<RowsChunk> | undefined;
let lines: AsyncGenerator<readonly unknown[]> | undefined;

const answers: {
	[Kind in keyof RebuildAsks]: (
		ask: RebuildAsks[Kind]['ask'],
	) => RebuildAsks[Kind]['answer'] | Promise<RebuildAsks[Kind]['answer']>;
} = {
	scan,
	record({ folder, name, lines: others = [] }) {
		const object = partsIn(folder);
		const damage: Damage[] = [];
		const attempt = <T>(file: string, read: () => T): T | undefined => {
			try {
				return read();
			} catch (error) {
				damage.push(damageOf(error, object.id, file));
				return undefined;
			}
		};
		let found: RecordFile | undefined;
		for (const version of object.versions.toReversed()) {
			const json = attempt(name, () => JSON.parse(object.text(name, version)) as unknown);
			if (json === undefined) continue;
			const record = (): Record<string, unknown> =>
				attempt(
					'deposit.json',
					() => JSON.parse(object.text('deposit.json', version)) as Record<string, unknown>,
				) ?? {};
			const areWhole = others
				.map((each) => attempt(each, () => object.checkedPath(each, version)) !== undefined)
				.every(Boolean);
			if (areWhole || !found)
				found = { json, record: record(), version: object.placeOf(version).version, part: version };
			if (areWhole) break;
		}
		return { found, damage };
	},
	names({ folder }) {
		const object = partsIn(folder);
		const version = must(object.versions.at(-1), 'an object has a version');
		return { objectId: object.id, names: [...object.names(version)], about: object.about(version) };
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
		open(folder, MARKS.import, undefined, (path) => {
			rows = readImportRows(path, work);
		}),
	async rows() {
		const next = await must(rows, 'rows are open').next();
		return next.done === true ? undefined : next.value;
	},
	openLines: ({ folder, name, version }) =>
		open(folder, name, version, (path) => {
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
			damage.push(...object.damaged.map((file) => ({ object: object.id, file, reason: 'digest' as const })));
			const { id, part } = partOf(object.id);
			const parts = kind && found.get(kind);
			if (parts) {
				const folders = parts.get(id) ?? [];
				// A second one is a copy in the wrong place: what belongs there is nowhere.
				const isFirst = folders[part - 1] === undefined;
				if (!isFirst) damage.push({ object: object.id, file: folder, reason: 'unknown' });
				if (isFirst || folder === objectPath(object.id)) folders[part - 1] = folder;
				parts.set(id, folders);
			} else damage.push({ object: object.id, file: '', reason: 'unknown' });
		} catch (error) {
			damage.push(damageOf(error, folder));
		}
	}
	folders = [...(found.get('entry')?.values() ?? [])].map((parts) => parts.filter(Boolean));
	const newest = (kind: Exclude<ObjectKind, 'entry'>): string[] =>
		[...(found.get(kind)?.values() ?? [])].map((all) => {
			const parts = all.filter(Boolean);
			const last = must(parts.at(-1), 'a part');
			recordFolders.set(last, parts);
			return last;
		});
	return {
		objects,
		entries: folders.length,
		records: {
			import: newest('import'),
			step: newest('step'),
			order: newest('order'),
			campaign: newest('campaign'),
			decision: newest('decision'),
			undone: newest('undone'),
			purge: newest('purge'),
			people: newest('people'),
			settings: newest('settings'),
			register: newest('register'),
			codes: newest('codes'),
		},
		damage,
	};
}

/** The object of a record with its successors, as far as they can be read: the scan has named the others. */
function partsIn(folder: string): StoredParts {
	const parts = must(recordFolders.get(folder), 'a folder of the scan');
	return new StoredParts(parts.map((part) => new StoredObject(join(root, part))));
}

function open(
	folder: string,
	name: string,
	wanted: string | undefined,
	begin: (path: string) => void,
): Opened {
	const damage: Damage[] = [];
	const object = partsIn(folder);
	for (const version of wanted === undefined ? object.versions.toReversed() : [wanted])
		try {
			const path = object.checkedPath(name, version);
			if (path === undefined) continue;
			begin(path);
			return { isOpen: true, damage };
		} catch (error) {
			damage.push(damageOf(error, object.id, name));
		}
	if (damage.length === 0) damage.push({ object: object.id, file: name, reason: 'digest' });
	return { isOpen: false, damage };
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
