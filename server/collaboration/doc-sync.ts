import type * as Y from 'yjs';
import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { entryDocName } from '#sync/entry-doc.ts';
import {
	MAX_BATCH_BYTES,
	MAX_STATE_BYTES,
	SYNC_PROTOCOL,
	type Batch,
	type BatchAnswer,
	type LoadAnswer,
} from '#sync/sync-messages.ts';
import { attributionsOf } from '#server/catalogue/element-settings.ts';
import type { Identity } from '#server/permissions/identity.ts';
import { readLineage, type Lineage } from '#server/storage/lineage.ts';
import type { Storage } from '#server/storage/storage.ts';
import { AnsweredBatches, digestOf } from './answered-batches.ts';
import { loadDoc } from './load-doc.ts';
import { pushBatch, type BatchItem, type BatchOutcome } from './push-batch.ts';
import { recoverBatch, type RecoverParts } from './recover-batch.ts';

/** Documents over HTTP, for devices: see `src/sync/PROTOCOL.md`, whose rules S1 to S10 this keeps. */
export interface DocSync {
	lineage(): Promise<Lineage>;
	/**
	 * Stops what goes on from another history of the log: a device first gives back what the log lost.
	 * @throws {Refusal} 'sync.other-lineage' (409)
	 */
	demandLineage(lineage: string | undefined): Promise<void>;
	/**
	 * The whole state of a document; without `state` when the asker has position `since`.
	 * @throws {Refusal} 'collaboration.unknown-document' (404) | 'permissions.denied' (403)
	 */
	load(docName: string, since: number | undefined, person: Person): Promise<LoadAnswer>;
	/**
	 * Takes a batch of updates; each is answered by itself, after its commit.
	 * @throws {Refusal} 'sync.batch-too-large' (413) | 'sync.batch-reused' (409) | 'sync.too-many' (429) and what
	 * {@link demandLineage} refuses
	 */
	push(batch: Batch, identity: Identity): Promise<BatchAnswer>;
	/**
	 * Takes whole states of documents after a restore.
	 * @throws {Refusal} 'sync.not-restored' (409) and what {@link push} refuses
	 */
	recover(batch: Batch, identity: Identity): Promise<BatchAnswer>;
	/** Forgets what no device asks for any more. */
	prune(): Promise<void>;
}

/** What documents over HTTP need of live editing. */
export interface DocSyncParts extends Omit<RecoverParts, 'isKnown' | 'recordedElements'> {
	readonly storage: Storage;
	/** Fills a document from the log, and begins it there when it came by import. Resolves with its position. */
	readonly load: (docName: string, document: Y.Doc) => Promise<number>;
}

/** Builds loading and pushing of documents over the live ones. */
export function createDocSync(parts: DocSyncParts): DocSync {
	const { storage } = parts;
	const answered = new AnsweredBatches(storage, parts.clock);
	const envelope = async (): Promise<{ protocol: number; lineage: string }> => ({
		protocol: SYNC_PROTOCOL,
		lineage: (await readLineage(storage)).lineage,
	});
	const demandLineage = async (lineage: string | undefined): Promise<void> => {
		if (lineage !== undefined && lineage !== (await readLineage(storage)).lineage)
			throw new Refusal('sync.other-lineage', {}, 409);
	};
	const take = async (
		kind: 'push' | 'recover',
		batch: Batch,
		identity: Identity,
		work: (items: readonly BatchItem[]) => Promise<BatchOutcome>,
	): Promise<BatchAnswer> => {
		const items = itemsOf(batch, kind);
		const { device, batchId } = batch;
		const key = { personId: identity.person.id, device, batchId, digest: digestOf(kind, items) };
		const results = await answered.answer(key, () => work(items));
		return { ...(await envelope()), results: [...results] };
	};
	const isKnown = async (id: EntryId): Promise<boolean> =>
		(await parts.log.head(entryDocName(id))) > 0 ||
		(await storage.db.selectFrom('entry').select('id').where('id', '=', id).executeTakeFirst()) !== undefined;
	const recordedElements = async (docName: string): Promise<ReadonlySet<string>> =>
		new Set((await attributionsOf(storage, [docName])).keys());
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
		demandLineage,
		async push(batch, identity) {
			await demandLineage(batch.lineage);
			return take('push', batch, identity, (items) => pushBatch(items, identity, parts));
		},
		async recover(batch, identity) {
			if (!(await readLineage(storage)).restored) throw new Refusal('sync.not-restored', {}, 409);
			return take('recover', batch, identity, (items) =>
				recoverBatch(items, identity, { ...parts, isKnown, recordedElements }),
			);
		},
		prune: () => answered.prune(),
	};
}

function itemsOf(batch: Batch, kind: 'push' | 'recover'): BatchItem[] {
	const items = batch.items.map(({ doc, update }) => ({
		doc,
		update: new Uint8Array(Buffer.from(update, 'base64')),
	}));
	const bytes = items.reduce((sum, { update }) => sum + update.byteLength, 0);
	const limit = kind === 'recover' && items.length === 1 ? MAX_STATE_BYTES : MAX_BATCH_BYTES;
	if (bytes > limit) throw new Refusal('sync.batch-too-large', { bytes, limit }, 413);
	return items;
}
