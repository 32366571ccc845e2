import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import * as Y from 'yjs';
import { must } from '#domain/base/assert.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { readEntryDoc } from '#sync/entry-doc.ts';
import type { FieldElement } from '#sync/field-values.ts';
import { contestedElements } from '#server/catalogue/chosen-values.ts';
import { canonicalJson } from './canonical-json.ts';
import { repairObject, type RepairAsk, type Repaired } from './copies/object-repair.ts';
import { sha512 } from './digests.ts';
import type { DepositKind, DepositRecord, SnapshotInput } from './entry-snapshot.ts';
import { folderStorage } from './folder-storage.ts';
import { withKept, type KeptInput } from './log-lines.ts';
import { ObjectParts, type PartVersion } from './object-parts.ts';
import type { VersionAbout } from './ocfl-inventory.ts';
import { OcflStore, type FileSource, type PutResult } from './ocfl-store.ts';
import type { Recovered } from './ocfl-staging.ts';
import type { ObjectKind } from './store-register.ts';
import { errorAnswer } from './worker-client.ts';

/** An update of a live document, in the order of the log. */
export interface StatePart {
	readonly seq: number;
	readonly kind: 'update' | 'snapshot';
	readonly payload: Uint8Array;
}

/** Everything the deposit worker is asked, with its answers. */
export interface DepositAsks {
	/** Opens the root and finishes what a crash left. */
	open: { ask: { readonly mayCreate: boolean }; answer: Recovered };
	/** Builds the state of an entry and looks what the store holds of it. Ends with `entry` or `drop`. */
	prepare: {
		ask: {
			readonly objectId: string;
			readonly updates: readonly StatePart[];
			/** What is said about it. */
			readonly reviewUpdates: readonly Uint8Array[];
			/** The newest version the database knows. */
			readonly recorded: PartVersion | undefined;
		};
		answer: Prepared;
	};
	entry: {
		ask: {
			readonly ref: number;
			readonly objectId: string;
			readonly input: SnapshotInput;
			readonly keeping: KeptInput;
			readonly about: VersionAbout;
		};
		answer: PutResult & PartVersion & { readonly kind: DepositKind };
	};
	/** A record of its own: a step of review over many entries, a correction order. */
	record: {
		ask: {
			readonly objectId: string;
			readonly files: readonly (readonly [string, string | { readonly path: string }])[];
			/** `deposit.json`, but for the digests. */
			readonly record: Readonly<Record<string, unknown>> & { readonly kind: ObjectKind };
			readonly about: VersionAbout;
		};
		answer: PutResult & PartVersion;
	};
	drop: { ask: { readonly ref: number }; answer: void };
	import: {
		ask: {
			readonly objectId: string;
			/** Staging folder of the import: `original`, `entries.jsonl.gz`, `report.json`. */
			readonly folder: string;
			/** Name of the original, safe on every system. */
			readonly fileName: string;
			/** `deposit.json`, but for the digests. */
			readonly record: Readonly<Record<string, unknown>>;
			readonly about: VersionAbout;
		};
		answer: PutResult;
	};
	/** Puts a sound object of a copy in the place of a damaged one. */
	repair: { ask: RepairAsk; answer: Repaired };
}

/** A state ready to be deposited. */
export interface Prepared {
	readonly ref: number;
	/** Elements of which the log must say who set them. */
	readonly contested: readonly FieldElement[];
	/** The newest version in the store. */
	readonly held:
		| {
				readonly objectId: string;
				readonly version: string;
				readonly position: number;
				readonly reviewPosition: number;
				readonly step: string | null;
				readonly isOurs: boolean;
				/** It says who wrote when. */
				readonly hasLog: boolean;
		  }
		| undefined;
	/** Versions in the store that the database does not know, oldest first. */
	readonly unrecorded: readonly {
		readonly objectId: string;
		readonly version: string;
		readonly seq: number;
		readonly at: string;
		readonly kind: DepositKind;
	}[];
}

const port = must(parentPort, 'this file runs as a worker');
const { root, staging, maxVersions } = workerData as { root: string; staging: string; maxVersions: number };
const store = new OcflStore(root, staging);
const parts = new ObjectParts(store, maxVersions);
const states = new Map<
	number,
	{ readonly doc: Y.Doc; readonly review: Y.Doc; readonly updates: readonly StatePart[] }
>();
let nextRef = 1;

const answers: {
	[Kind in keyof DepositAsks]: (
		ask: DepositAsks[Kind]['ask'],
	) => DepositAsks[Kind]['answer'] | Promise<DepositAsks[Kind]['answer']>;
} = {
	open(ask) {
		store.open(ask);
		return store.recover();
	},
	prepare,
	async entry({ ref, objectId, input, keeping, about }) {
		// Most of what this thread can load, and the archive opens without it.
		const { entrySnapshot } = await import('./entry-snapshot.ts');
		const { doc, review, updates } = must(states.get(ref), 'a prepared state');
		try {
			const lines = withKept(input.lines, updates, keeping);
			const { files, kind } = entrySnapshot(doc, review, { ...input, lines });
			const message = `${kind}: ${about.message}`;
			return { ...parts.put({ objectId, ...about, message }, files), kind };
		} finally {
			drop(ref);
		}
	},
	record({ objectId, files, record, about }) {
		return parts.put({ objectId, ...about }, (predecessor) => {
			const all = new Map<string, FileSource>(files);
			const said = predecessor === undefined ? record : { ...record, predecessor };
			all.set('deposit.json', {
				derive: (digests) => canonicalJson({ ...said, sha512: Object.fromEntries(digests) }),
			});
			return all;
		});
	},
	drop: ({ ref }) => drop(ref),
	import: depositImport,
	repair: (ask) => repairObject(folderStorage, store, ask),
};

let before: Promise<void> = Promise.resolve();
port.on('message', (asked: Asked) => {
	before = before.then(() => answer(asked));
});

interface Asked {
	readonly id: number;
	readonly kind: keyof DepositAsks;
	readonly ask: never;
}

async function answer({ id, kind, ask }: Asked): Promise<void> {
	try {
		port.postMessage({ id, result: await answers[kind](ask) });
	} catch (error) {
		port.postMessage({ id, error: errorAnswer(error) });
	}
}

function prepare({ objectId, updates, reviewUpdates, recorded }: DepositAsks['prepare']['ask']): Prepared {
	const held = heldVersion(objectId);
	const doc = new Y.Doc();
	// A version the database does not know is of this log when the log says the same at its position. It does after a
	// crash between store and database; it does not when the database was brought back from an older copy.
	const isRecorded =
		held !== undefined && held.version === recorded?.version && held.objectId === recorded.objectId;
	let isOurs = isRecorded;
	const compare = (): void => {
		isOurs = sha512(Y.encodeStateAsUpdate(doc)) === held?.record.sha512['state.yjs'];
	};
	for (const [index, { seq, payload }] of updates.entries()) {
		Y.applyUpdate(doc, payload);
		const nextSeq = updates[index + 1]?.seq ?? Infinity;
		const position = held?.record.toPosition ?? -1;
		if (held && !isRecorded && seq <= position && position < nextSeq) compare();
	}
	const review = new Y.Doc();
	for (const payload of reviewUpdates) Y.applyUpdate(review, payload);
	states.set(nextRef, { doc, review, updates });
	return {
		ref: nextRef++,
		contested: contestedElements(readEntryDoc(doc)),
		held: held && {
			objectId: held.objectId,
			version: held.version,
			position: held.record.toPosition,
			// Versions of earlier software say nothing of review.
			reviewPosition: held.record.reviewPosition ?? 0,
			step: held.record.step ?? null,
			isOurs,
			hasLog: held.record.sha512['log.jsonl'] !== undefined,
		},
		unrecorded: unrecordedVersions(objectId, recorded),
	};
}

function heldVersion(
	objectId: string,
	wanted = parts.newest(objectId),
): (PartVersion & { readonly record: DepositRecord }) | undefined {
	const bytes = wanted && store.readFile(wanted.objectId, 'deposit.json', wanted.version);
	if (!bytes) return undefined;
	return { ...wanted, record: JSON.parse(Buffer.from(bytes).toString('utf8')) as DepositRecord };
}

function unrecordedVersions(objectId: string, recorded: PartVersion | undefined): Prepared['unrecorded'] {
	return parts
		.after(objectId, recorded)
		.map((each) => must(heldVersion(objectId, each), `a deposit.json in ${each.version} of ${each.objectId}`))
		.map(({ objectId, version, record }) => ({
			objectId,
			version,
			seq: record.toPosition,
			at: record.at,
			kind: record.kind,
		}));
}

function drop(ref: number): void {
	const state = states.get(ref);
	state?.doc.destroy();
	state?.review.destroy();
	states.delete(ref);
}

function depositImport({
	objectId,
	folder,
	fileName,
	record,
	about,
}: DepositAsks['import']['ask']): PutResult {
	// An import is put once. After a crash between store and database it is there already.
	const held = store.inventory(objectId);
	if (held) return { version: held.head, isNew: false };
	const files = new Map<string, FileSource>();
	for (const [logicalName, name] of [
		[`original/${fileName}`, 'original'],
		['entries.jsonl.gz', 'entries.jsonl.gz'],
		['report.json', 'report.json'],
	] as const) {
		const path = join(folder, name);
		if (!existsSync(path)) throw new Refusal('preservation.import-missing', { id: objectId, file: name });
		files.set(logicalName, { path });
	}
	files.set('deposit.json', {
		derive: (digests) => canonicalJson({ ...record, sha512: Object.fromEntries(digests) }),
	});
	return store.putVersion({ objectId, files, ...about });
}
