import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { ObjectState } from '#domain/administration/purge.ts';
import { digestFile } from '../digests.ts';
import { folderStorage } from '../folder-storage.ts';
import { DIGEST_ALGORITHM } from '../ocfl-inventory.ts';
import { OcflStore } from '../ocfl-store.ts';
import { surveyObject } from '../store-survey.ts';
import { errorAnswer } from '../worker-client.ts';
import { namesIn, originalsIn, rewriteObject, type PurgedBy } from './rewrite-object.ts';

/** What the purge worker is asked. It writes in the root: the deposit worker must stand still meanwhile. */
export interface PurgeAsks {
	/** What objects are as they stand; null for those that are not there. */
	look: { ask: { readonly objectIds: readonly string[] }; answer: readonly (ObjectState | null)[] };
	remove: { ask: { readonly objectId: string }; answer: null };
	rewrite: {
		ask: { readonly objectId: string; readonly ids: readonly string[]; readonly by: PurgedBy };
		answer: ObjectState | null;
	};
	/** How much of the entries objects still name. */
	search: {
		ask: { readonly objectIds: readonly string[]; readonly ids: readonly string[] };
		answer: { readonly lines: number; readonly originals: number };
	};
	/** Digests of the files as received that objects hold. */
	originals: { ask: { readonly objectIds: readonly string[] }; answer: readonly string[] };
	/** Which of the objects hold one of these files as received. */
	holders: {
		ask: { readonly objectIds: readonly string[]; readonly digests: readonly string[] };
		answer: readonly string[];
	};
	/** Folders below one that hold one of these files as `original`. */
	uploads: {
		ask: { readonly folder: string; readonly digests: readonly string[] };
		answer: readonly string[];
	};
}

const port = parentPort;
const { root, staging } = workerData as { root: string; staging: string };
const store = new OcflStore(root, staging);

const answers: {
	[Kind in keyof PurgeAsks]: (
		ask: PurgeAsks[Kind]['ask'],
	) => PurgeAsks[Kind]['answer'] | Promise<PurgeAsks[Kind]['answer']>;
} = {
	look: ({ objectIds }) => objectIds.map(look),
	remove({ objectId }) {
		store.removeObject(objectId);
		return null;
	},
	async rewrite({ objectId, ids, by }) {
		const place = store.folderOf(objectId);
		if (!existsSync(place)) return null;
		const built = await rewriteObject(place, store.beginReplacing(objectId), new Set(ids), by);
		store.replaceObject(objectId, built);
		return look(objectId);
	},
	async search({ objectIds, ids }) {
		const wanted = new Set(ids);
		const found = { lines: 0, originals: 0 };
		for (const objectId of objectIds) {
			const { lines, originals } = await namesIn(store.folderOf(objectId), wanted);
			found.lines += lines;
			found.originals += originals;
		}
		return found;
	},
	originals: ({ objectIds }) => [...new Set(objectIds.flatMap((id) => originalsIn(store.folderOf(id))))],
	holders: ({ objectIds, digests }) =>
		objectIds.filter((id) => originalsIn(store.folderOf(id)).some((digest) => digests.includes(digest))),
	async uploads({ folder, digests }) {
		if (digests.length === 0 || !existsSync(folder)) return [];
		const found: string[] = [];
		for (const { name } of await readdir(folder, { withFileTypes: true })) {
			const path = join(folder, name, 'original');
			if (!existsSync(path)) continue;
			const [digest] = digestFile(folderStorage, path, [DIGEST_ALGORITHM]).digests;
			if (digest !== undefined && digests.includes(digest)) found.push(name);
		}
		return found;
	},
};

function look(objectId: string): ObjectState | null {
	const place = store.folderOf(objectId);
	if (!existsSync(place)) return null;
	const { inventoryDigest, head, files, bytes } = surveyObject(folderStorage, place);
	return { inventoryDigest, head, files, bytes };
}

// One after the other: they write in the same place.
let turn: Promise<void> = Promise.resolve();
port?.on('message', ({ id, kind, ask }: { id: number; kind: keyof PurgeAsks; ask: never }) => {
	turn = turn.then(async () => {
		try {
			port.postMessage({ id, result: await answers[kind](ask) });
		} catch (error) {
			port.postMessage({ id, error: errorAnswer(error) });
		}
	});
});
