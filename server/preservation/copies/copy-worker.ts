import { setPriority } from 'node:os';
import { join } from 'node:path/posix';
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '#domain/base/assert.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { digestOf } from '../digests.ts';
import { folderStorage } from '../folder-storage.ts';
import { INVENTORY, versionName, versionNumber, type Inventory } from '../ocfl-inventory.ts';
import { placeDigest } from '../ocfl-layout.ts';
import { OcflReader, readSoundInventory } from '../ocfl-reader.ts';
import type { Recovered } from '../ocfl-staging.ts';
import { isThere } from '../ocfl-storage.ts';
import { errorAnswer, type ErrorAnswer } from '../worker-client.ts';
import { openCopy, type OpenCopy, type OpenOptions } from './copy-place.ts';
import { readable, transferObject, type Transferred, type TransferOptions } from './object-transfer.ts';

/** What a register says of an object. */
export interface RegisteredObject {
	readonly objectId: string;
	readonly head: number;
	readonly inventoryDigest: string;
}

/** Everything the worker of a copy is asked, with its answers. */
export interface CopyAsks {
	/** Looks whether the copy is there and opens it; asked before everything else, each time. */
	open: {
		ask: { readonly archiveId: string } & OpenOptions;
		answer: { readonly copyId: string; readonly recovered: Recovered };
	};
	/** Brings objects from the store into the copy. */
	replicate: {
		ask: { readonly objectIds: readonly string[] } & TransferOptions;
		answer: readonly TransferOutcome[];
	};
	/** Answers of which of them there was anything. */
	remove: { ask: { readonly objectIds: readonly string[] }; answer: readonly string[] };
	/** Which objects lie there, whatever they are, or are kept aside there, that must not, or not as they are. */
	unpurged: { ask: { readonly objects: readonly MustBe[] }; answer: readonly string[] };
	/** Compares objects with the register, by their inventories. */
	compare: {
		ask: { readonly objects: readonly RegisteredObject[]; readonly damaged: readonly string[] };
		answer: readonly ComparedObject[];
	};
	/** Looks what an object of the copy is; undefined when it is not there, or its inventory is not sound or cannot be read. */
	look: {
		ask: { readonly objectId: string; readonly head: number };
		answer: SeenCopy | undefined;
	};
	/** Looks what an object of the store is. */
	lookInStore: { ask: { readonly objectId: string; readonly head: number }; answer: SeenInStore };
}

/** How an object of the copy differs from the register, and the number of its newest version there. */
export interface ComparedObject {
	readonly objectId: string;
	/** Null when it does not. */
	readonly reason: string | null;
	readonly held: number | null;
}

/** An object that was purged, with what it was written anew as; null for one that must be gone. */
export interface MustBe {
	readonly objectId: string;
	readonly after: Pick<RegisteredObject, 'head' | 'inventoryDigest'> | null;
}

/** An object of the store. */
export interface SeenInStore {
	readonly isThere: boolean;
	/** As its inventories say; none when they are not sound. */
	readonly seen: SeenCopy | undefined;
}

/** What became of one object. */
export interface TransferOutcome {
	readonly objectId: string;
	readonly done?: Transferred;
	readonly error?: ErrorAnswer;
}

/** An object of a copy as its inventories say. */
export interface SeenCopy {
	readonly place: string;
	readonly head: number;
	readonly inventoryDigest: string;
	/** Digest of the inventory it had at the version that was asked for. */
	readonly digestThen: string | undefined;
}

/** An object that is just getting a version is whole again after this. */
const AGAIN_MS = 250;
/** Failures of one object; any other is of the copy, and ends what was asked. */
const OF_OBJECT = [
	'preservation.damaged',
	'preservation.object-missing',
	'preservation.foreign-object',
	'preservation.copy-damaged',
	'preservation.copy-newer',
	'preservation.copy-diverged',
	'preservation.copy-unreadable',
];

const port = must(parentPort, 'this file runs as a worker');
const { root, path } = workerData as { root: string; path: string };
const source = new OcflReader(root);
let copy: OpenCopy | undefined;
// Deposits and people come first. Elsewhere than on Linux this would be said of the whole process.
if (process.platform === 'linux') setPriority(0, 10);

const answers: { [Kind in keyof CopyAsks]: (ask: CopyAsks[Kind]['ask']) => CopyAsks[Kind]['answer'] } = {
	open({ archiveId, ...options }) {
		copy = undefined;
		// Else every object would be missing.
		if (!isThere(folderStorage, root)) throw new Refusal('preservation.root-missing', { path: root });
		copy = openCopy(folderStorage, path, archiveId, options);
		return { copyId: copy.marker.copy, recovered: copy.recovered };
	},
	replicate: ({ objectIds, ...options }) => {
		const outcomes: TransferOutcome[] = [];
		for (const objectId of objectIds)
			try {
				outcomes.push({ objectId, done: transferAgain(objectId, options) });
			} catch (error) {
				outcomes.push({ objectId, error: errorAnswer(error) });
				if (!isOfObject(error)) break;
			}
		return outcomes;
	},
	remove: ({ objectIds }) =>
		objectIds.filter((objectId) =>
			opened().store.change(objectId, ({ staging, digest }) => staging.remove(digest)),
		),
	unpurged({ objects }) {
		const { store } = opened();
		const aside = `${store.root}-damaged`;
		const kept = isThere(folderStorage, aside) ? folderStorage.list(aside).map(({ name }) => name) : [];
		return objects.flatMap(({ objectId, after }) => {
			const isWrong = after
				? isAsBefore(after, answers.look({ objectId, head: after.head }))
				: isThere(folderStorage, store.folderOf(objectId)) ||
					kept.some((name) => name.includes(placeDigest(objectId)));
			return isWrong ? [objectId] : [];
		});
	},
	compare({ objects, damaged }) {
		const wrong = new Set(damaged);
		return objects.map((object) => {
			const { objectId, head } = object;
			const seen = answers.look({ objectId, head });
			const isDamaged = wrong.has(placeDigest(objectId));
			const reason = isDamaged ? 'preservation.copy-damaged' : differenceOf(object, seen);
			return { objectId, reason, held: seen?.head ?? null };
		});
	},
	look: ({ objectId, head }) => see(opened().store.placeOf(objectId), objectId, head),
	lookInStore({ objectId, head }) {
		const place = source.placeOf(objectId);
		return {
			isThere: place !== undefined && isThere(folderStorage, place),
			seen: see(place, objectId, head),
		};
	},
};

port.on('message', ({ id, kind, ask }: { id: number; kind: keyof CopyAsks; ask: never }) => {
	try {
		port.postMessage({ id, result: answers[kind](ask) });
	} catch (error) {
		port.postMessage({ id, error: errorAnswer(error) });
	}
});

function see(place: string | undefined, objectId: string, head: number): SeenCopy | undefined {
	const soundIn = (folder: string): Inventory | undefined =>
		readable(() => readSoundInventory(folderStorage, folder));
	const inventory = place === undefined ? undefined : soundIn(place);
	if (place === undefined || inventory?.id !== objectId) return undefined;
	const digestIn = (folder: string): string =>
		digestOf(inventory.digestAlgorithm, folderStorage.read(join(folder, INVENTORY)));
	const then = join(place, versionName(head));
	return {
		place,
		head: versionNumber(inventory.head),
		inventoryDigest: digestIn(place),
		digestThen: soundIn(then) && digestIn(then),
	};
}

/**
 * Whether an object that was written anew is surely still as it was before. What is damaged or cannot be read just now says
 * nothing of that, and may be the last that is whole: it is no reason to remove it.
 */
function isAsBefore(
	{ head, inventoryDigest }: NonNullable<MustBe['after']>,
	seen: SeenCopy | undefined,
): boolean {
	if (!seen) return false;
	if (seen.head < head) return true;
	if (seen.head === head) return seen.inventoryDigest !== inventoryDigest;
	return seen.digestThen !== undefined && seen.digestThen !== inventoryDigest;
}

function opened(): OpenCopy {
	return must(copy, 'a copy is opened first');
}

function transferAgain(objectId: string, options: TransferOptions): Transferred {
	const transfer = (): Transferred =>
		transferObject(folderStorage, source, opened().store, objectId, options);
	try {
		return transfer();
	} catch (error) {
		if (!isOfObject(error)) throw error;
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, AGAIN_MS);
		return transfer();
	}
}

function isOfObject(error: unknown): boolean {
	return OF_OBJECT.includes((error as { code?: string }).code ?? '');
}

function differenceOf(
	{ objectId, head, inventoryDigest }: RegisteredObject,
	seen: SeenCopy | undefined,
): string | null {
	if (!seen)
		return isThere(folderStorage, opened().store.folderOf(objectId))
			? 'preservation.copy-damaged'
			: 'preservation.object-missing';
	if (seen.inventoryDigest === inventoryDigest) return null;
	if (seen.head < head) return 'preservation.copy-stale';
	return seen.digestThen === inventoryDigest ? 'preservation.copy-newer' : 'preservation.copy-diverged';
}
