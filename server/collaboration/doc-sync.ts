import type * as Y from 'yjs';
import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { Clock } from '#domain/base/clock.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import {
	MAX_BATCH_BYTES,
	SYNC_PROTOCOL,
	type Batch,
	type BatchAnswer,
	type LoadAnswer,
} from '#sync/sync-messages.ts';
import type { Identity } from '#server/permissions/identity.ts';
import { readLineage, type Lineage } from '#server/storage/lineage.ts';
import type { Storage } from '#server/storage/storage.ts';
import { AnsweredBatches, digestOf } from './answered-batches.ts';
import { loadDoc } from './load-doc.ts';
import { pushBatch, type BatchItem, type PushParts } from './push-batch.ts';

/** Documents over HTTP, for devices: see `src/sync/PROTOCOL.md`, whose rules S1 to S10 this keeps. */
export interface DocSync {
	lineage(): Promise<Lineage>;
	/**
	 * The whole state of a document; without `state` when the asker has position `since`.
	 * @throws {Refusal} 'collaboration.unknown-document' (404) | 'permissions.denied' (403)
	 */
	load(docName: string, since: number | undefined, person: Person): Promise<LoadAnswer>;
	/**
	 * Takes a batch of updates; each is answered by itself, after its commit.
	 * @throws {Refusal} 'sync.batch-too-large' (413) | 'sync.batch-reused' (409) | 'sync.too-many' (429)
	 */
	push(batch: Batch, identity: Identity): Promise<BatchAnswer>;
	/** Forgets what no device asks for any more. */
	prune(): Promise<void>;
}

/** What documents over HTTP need of live editing. */
export interface DocSyncParts extends PushParts {
	readonly storage: Storage;
	readonly clock: Clock;
	/** Fills a document from the log, and begins it there when it came by import. Resolves with its position. */
	readonly load: (docName: string, document: Y.Doc) => Promise<number>;
	readonly thingOf: (id: EntryId) => ReturnType<PushParts['thingOf']>;
}

/** Builds loading and pushing of documents over the live ones. */
export function createDocSync(parts: DocSyncParts): DocSync {
	const { storage } = parts;
	const answered = new AnsweredBatches(storage, parts.clock);
	const envelope = async (): Promise<{ protocol: number; lineage: string }> => ({
		protocol: SYNC_PROTOCOL,
		lineage: (await readLineage(storage)).lineage,
	});
	return {
		lineage: () => readLineage(storage),
		async load(docName, since, person) {
			const { state, ...loaded } = await loadDoc(docName, since, person, parts);
			return {
				...(await envelope()),
				...loaded,
				state: state && Buffer.from(state).toString('base64'),
			};
		},
		async push(batch, identity) {
			const items = itemsOf(batch);
			const key = {
				personId: identity.person.id,
				device: batch.device,
				batchId: batch.batchId,
				digest: digestOf('push', items),
			};
			const results = await answered.answer(key, () => pushBatch(items, identity, parts));
			return { ...(await envelope()), results: [...results] };
		},
		prune: () => answered.prune(),
	};
}

function itemsOf(batch: Batch): BatchItem[] {
	const items = batch.items.map(({ doc, update }) => ({
		doc,
		update: new Uint8Array(Buffer.from(update, 'base64')),
	}));
	const bytes = items.reduce((sum, { update }) => sum + update.byteLength, 0);
	if (bytes > MAX_BATCH_BYTES)
		throw new Refusal('sync.batch-too-large', { bytes, limit: MAX_BATCH_BYTES }, 413);
	return items;
}
