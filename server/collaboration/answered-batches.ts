import { createHash } from 'node:crypto';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { BatchResult } from '#sync/sync-messages.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { BatchItem, BatchOutcome } from './push-batch.ts';

const KEPT_MS = 30 * 24 * 3600 * 1000;
/** Batches of one person that are worked on at the same time; a device sends one after the other. */
const AT_ONCE = 8;

/** What makes a batch the same batch. */
export interface BatchKey {
	readonly personId: string;
	readonly device: string;
	readonly batchId: string;
	/** SHA-256 of what is sent, hex. */
	readonly digest: string;
}

/** Rule S6: a batch that comes again, even while it is still worked on, is answered like the first time. */
export class AnsweredBatches {
	#storage: Storage;
	#clock: Clock;
	#running = new Map<string, { readonly key: BatchKey; readonly results: Promise<readonly BatchResult[]> }>();

	constructor(storage: Storage, clock: Clock) {
		this.#storage = storage;
		this.#clock = clock;
	}

	/**
	 * The answer of a batch, worked out when it comes for the first time.
	 * @throws {Refusal} 'sync.batch-reused' (409) when the id was used for other work, 'sync.too-many' (429)
	 */
	async answer(key: BatchKey, work: () => Promise<BatchOutcome>): Promise<readonly BatchResult[]> {
		const name = `${key.personId} ${key.device} ${key.batchId}`;
		const running = this.#running.get(name);
		if (running) {
			demandSame(running.key, key);
			return running.results;
		}
		let count = 0;
		for (const each of this.#running.values()) if (each.key.personId === key.personId) count++;
		if (count >= AT_ONCE) throw new Refusal('sync.too-many', {}, 429);
		const results = this.#answer(key, work);
		this.#running.set(name, { key, results });
		try {
			return await results;
		} finally {
			this.#running.delete(name);
		}
	}

	/** Forgets answers that no device asks for any more. */
	async prune(): Promise<void> {
		await this.#storage.db
			.deleteFrom('push_batch')
			.where('at', '<', new Date(this.#clock.now() - KEPT_MS).toISOString())
			.execute();
	}

	async #answer(key: BatchKey, work: () => Promise<BatchOutcome>): Promise<readonly BatchResult[]> {
		const known = await this.#storage.db
			.selectFrom('push_batch')
			.select(['digest', 'results'])
			.where('person_id', '=', key.personId)
			.where('device', '=', key.device)
			.where('batch_id', '=', key.batchId)
			.executeTakeFirst();
		if (known) {
			demandSame(known, key);
			return JSON.parse(known.results) as BatchResult[];
		}
		const { results, isFinal } = await work();
		// What failed on our side is worth another attempt: what was taken then holds nothing new.
		if (isFinal)
			await this.#storage.db
				.insertInto('push_batch')
				.values({
					person_id: key.personId,
					device: key.device,
					batch_id: key.batchId,
					digest: key.digest,
					results: JSON.stringify(results),
					at: isoAt(this.#clock),
				})
				.execute();
		return results;
	}
}

/** What distinguishes the work of one batch from another's. */
export function digestOf(kind: 'push' | 'recover', items: readonly BatchItem[]): string {
	const hash = createHash('sha256').update(kind);
	for (const { doc, update } of items) hash.update(`\n${doc} ${update.byteLength}\n`).update(update);
	return hash.digest('hex');
}

function demandSame(known: { readonly digest: string }, key: BatchKey): void {
	if (known.digest !== key.digest) throw new Refusal('sync.batch-reused', { batch: key.batchId }, 409);
}
