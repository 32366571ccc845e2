import type { Kysely } from 'kysely';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import type { Schema } from '#server/storage/schema.ts';
import type { Storage } from '#server/storage/storage.ts';
import { purgedObject, purgedObjects, type PurgedObject } from '../purge/purged-objects.ts';
import type { CopyRegister } from './copy-register.ts';

/** Ids of one question. */
const MAX_IDS = 500;

/** What is to be removed from copies, which may be away, and what must never be taken from one again. */
export class CopyRemovals {
	#storage: Storage;
	#clock: Clock;
	#register: CopyRegister;

	constructor(storage: Storage, clock: Clock, register: CopyRegister) {
		this.#storage = storage;
		this.#clock = clock;
		this.#register = register;
	}

	get #db(): Kysely<Schema> {
		return this.#storage.db;
	}

	/** Has an object removed from every copy there ever was; durable when it resolves. */
	async ask(objectId: string): Promise<void> {
		const copies = await this.#db
			.selectFrom('store_copy_place')
			.select('copy_id')
			.union(this.#db.selectFrom('store_copy').select('copy_id').distinct())
			.execute();
		for (const { copy_id } of copies) await this.askOf(copy_id, [objectId]);
	}

	/** Has objects removed from one copy; durable when it resolves. */
	async askOf(copyId: string, objectIds: readonly string[]): Promise<void> {
		const asked_at = isoAt(this.#clock);
		for (let from = 0; from < objectIds.length; from += MAX_IDS)
			await this.#storage.batch(
				objectIds.slice(from, from + MAX_IDS).map((object_id) =>
					this.#db
						.insertInto('store_copy_removal')
						.values({ copy_id: copyId, object_id, asked_at })
						.onConflict((conflict) => conflict.columns(['copy_id', 'object_id']).doUpdateSet({ asked_at })),
				),
			);
	}

	/** How many of these objects copies still have to remove, by where each copy was seen last. */
	async waiting(objectIds: readonly string[]): Promise<{ path: string; objects: number }[]> {
		const counts = new Map<string, number>();
		for (let from = 0; from < objectIds.length; from += MAX_IDS) {
			const rows = await this.#db
				.selectFrom('store_copy_removal')
				.leftJoin('store_copy_place', 'store_copy_place.copy_id', 'store_copy_removal.copy_id')
				.select(['store_copy_removal.copy_id', 'store_copy_place.path'])
				.where('object_id', 'in', objectIds.slice(from, from + MAX_IDS))
				.execute();
			for (const { path, copy_id } of rows)
				counts.set(path ?? copy_id, (counts.get(path ?? copy_id) ?? 0) + 1);
		}
		return [...counts].map(([path, objects]) => ({ path, objects }));
	}

	/** Objects that are still to be removed from a copy. */
	async of(copyId: string, limit: number): Promise<string[]> {
		const rows = await this.#db
			.selectFrom('store_copy_removal')
			.select('object_id')
			.where('copy_id', '=', copyId)
			.limit(limit)
			.execute();
		return rows.map(({ object_id }) => object_id);
	}

	/**
	 * Notes that nothing is left of objects in a copy.
	 * @param found those of which something was there
	 * @returns how many it lost
	 */
	async done(copyId: string, objectIds: readonly string[], found: readonly string[]): Promise<number> {
		// What a process removed that ended before it could say so was there, too.
		const known = await this.#db
			.selectFrom('store_copy')
			.select('object_id')
			.where('copy_id', '=', copyId)
			.where('object_id', 'in', objectIds)
			.execute();
		const lost = new Set([...found, ...known.map(({ object_id }) => object_id)]);
		await this.#storage.batch([
			this.#db.deleteFrom('store_copy').where('copy_id', '=', copyId).where('object_id', 'in', objectIds),
			this.#db
				.deleteFrom('store_copy_removal')
				.where('copy_id', '=', copyId)
				.where('object_id', 'in', objectIds),
			...[...lost].map((objectId) =>
				this.#register.event({ objectId, type: 'deletion', outcome: 'success', detail: { copyId } }),
			),
		]);
		return lost.size;
	}

	/** Everything that orders to purge removed or wrote anew: none of it may be in a copy as it was. */
	async purged(): Promise<PurgedObject[]> {
		const left: PurgedObject[] = [];
		for (const purged of (await purgedObjects(this.#storage)).values())
			if (purged.action === 'rewrite' ? purged.after !== null : await this.#isGone(purged)) left.push(purged);
		return left;
	}

	/** Whether an object must not be in a copy, or with a copy named not be taken from it as it is there. */
	async isPurged(objectId: string, copyId?: string): Promise<boolean> {
		const waits = await this.#db
			.selectFrom('store_copy_removal')
			.select('object_id')
			.where('copy_id', '=', copyId ?? '')
			.where('object_id', '=', objectId)
			.executeTakeFirst();
		return waits !== undefined || this.#isGone(await purgedObject(this.#storage, objectId));
	}

	async #isGone(purged: PurgedObject | undefined): Promise<boolean> {
		if (purged?.action !== 'remove') return false;
		// Until its order takes it out it is an object as any other, and the register names it.
		return purged.doneAt !== null || (await this.#register.object(purged.objectId)) === undefined;
	}
}
