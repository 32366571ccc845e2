import { sql, type Kysely } from 'kysely';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { createId } from '#domain/base/ids.ts';
import { readLineage } from '#server/storage/lineage.ts';
import type { Schema } from '#server/storage/schema.ts';
import type { Statement, Storage } from '#server/storage/storage.ts';
import { CopyRemovals } from './copy-removals.ts';
import type { RegisteredObject, TransferOutcome } from './copy-worker.ts';

const ARCHIVE_ID = 'archive.id';
/** What a check of the copy found damaged is not made good by a further version. */
const DAMAGED = 'preservation.copy-damaged';

/** Where the next objects begin. */
export interface Cursor {
	readonly lastAt: string;
	readonly objectId: string;
}

/** An object that waits for a copy. */
export interface WaitingObject extends Cursor {
	readonly bytes: number;
}

/** What the database knows of copies. */
export class CopyRegister {
	readonly removals: CopyRemovals;
	#storage: Storage;
	#clock: Clock;
	#onArchiveId: () => void;

	/** @param onArchiveId told when the archive got its id: it goes into the store with the settings */
	constructor(storage: Storage, clock: Clock, onArchiveId: () => void) {
		this.#storage = storage;
		this.#clock = clock;
		this.#onArchiveId = onArchiveId;
		this.removals = new CopyRemovals(storage, clock, this);
	}

	get #db(): Kysely<Schema> {
		return this.#storage.db;
	}

	/** The id by which copies know their archive: its own from the first copy on, also after a restore or a rebuild. */
	async archiveId(): Promise<string> {
		const read = () =>
			this.#db.selectFrom('setting').select('value').where('key', '=', ARCHIVE_ID).executeTakeFirst();
		const known = await read();
		if (known) return JSON.parse(known.value) as string;
		const value = JSON.stringify(createId<string>());
		await this.#db
			.insertInto('setting')
			.values({ key: ARCHIVE_ID, value })
			.onConflict((conflict) => conflict.column('key').doNothing())
			.execute();
		this.#onArchiveId();
		return JSON.parse((await read())?.value ?? value) as string;
	}

	/** The copy that was seen last at a place. */
	async copyAt(path: string): Promise<string | undefined> {
		const row = await this.#db
			.selectFrom('store_copy_place')
			.select('copy_id')
			.where('path', '=', path)
			.executeTakeFirst();
		return row?.copy_id;
	}

	/** True for a database that was rebuilt or restored: copies may have been begun that it does not know. */
	async isRestored(): Promise<boolean> {
		return (await readLineage(this.#storage)).restored !== undefined;
	}

	/** False for a copy this database never had to do with. */
	async isKnown(copyId: string): Promise<boolean> {
		const row = await this.#db
			.selectFrom('store_copy_place')
			.select('copy_id')
			.where('copy_id', '=', copyId)
			.union(this.#db.selectFrom('store_copy').select('copy_id').where('copy_id', '=', copyId))
			.limit(1)
			.executeTakeFirst();
		return row !== undefined;
	}

	async seen(path: string, copyId: string): Promise<void> {
		if ((await this.copyAt(path)) === copyId) return;
		const row = { copy_id: copyId, seen_at: isoAt(this.#clock) };
		await this.#db
			.insertInto('store_copy_place')
			.values({ path, ...row })
			.onConflict((conflict) => conflict.column('path').doUpdateSet(row))
			.execute();
	}

	/**
	 * Objects that are not in a copy as they are in the store, in the order in which they were written.
	 * @param failedBefore those that could not be brought there since then are left out
	 */
	async waiting(
		copyId: string,
		failedBefore: string,
		{ after, among, limit }: { after?: Cursor; among?: readonly string[]; limit: number },
	): Promise<WaitingObject[]> {
		let query = this.#waiting(copyId)
			.select(['object.object_id', 'object.last_at', 'object.bytes'])
			.where((where) =>
				where.or([
					where('copy.outcome', 'is', null),
					where('copy.outcome', '<>', 'fail'),
					where('copy.checked_at', '<', failedBefore),
				]),
			)
			.orderBy('object.last_at')
			.orderBy('object.object_id')
			.limit(limit);
		if (after)
			query = query.where(
				sql<boolean>`(object.last_at, object.object_id) > (${after.lastAt}, ${after.objectId})`,
			);
		if (among?.length === 0) return [];
		if (among) query = query.where('object.object_id', 'in', among);
		const rows = await query.execute();
		return rows.map(({ object_id, last_at, bytes }) => ({ objectId: object_id, lastAt: last_at, bytes }));
	}

	/** How many objects wait for a copy, with their bytes, and how many failed. */
	async count(copyId: string): Promise<{ objects: number; bytes: number; failed: number }> {
		const [waiting, failed] = await Promise.all([
			this.#waiting(copyId)
				.select((select) => [
					select.fn.countAll<number>().as('objects'),
					select.fn.sum<number | null>('object.bytes').as('bytes'),
				])
				.executeTakeFirst(),
			this.#db
				.selectFrom('store_copy')
				.select((select) => select.fn.countAll<number>().as('count'))
				.where('copy_id', '=', copyId)
				.where('outcome', '=', 'fail')
				.executeTakeFirst(),
		]);
		return {
			objects: Number(waiting?.objects ?? 0),
			bytes: Number(waiting?.bytes ?? 0),
			failed: Number(failed?.count ?? 0),
		};
	}

	/** Number of the newest version of an object that was brought to a copy, or found there. */
	async headIn(copyId: string, objectId: string): Promise<number | null> {
		const row = await this.#db
			.selectFrom('store_copy')
			.select('head')
			.where('copy_id', '=', copyId)
			.where('object_id', '=', objectId)
			.executeTakeFirst();
		return row?.head ?? null;
	}

	/** Objects of a copy that failed. */
	async failed(copyId: string): Promise<{ objectId: string; reason: string }[]> {
		const rows = await this.#db
			.selectFrom('store_copy')
			.select(['object_id', 'reason'])
			.where('copy_id', '=', copyId)
			.where('outcome', '=', 'fail')
			.orderBy('object_id')
			.execute();
		return rows.map(({ object_id, reason }) => ({ objectId: object_id, reason: reason ?? '' }));
	}

	/** Notes what became of objects; durable when it resolves. */
	async note(
		copyId: string,
		outcomes: readonly TransferOutcome[],
		{ isReplaced = false } = {},
	): Promise<void> {
		if (outcomes.length === 0) return;
		const at = isoAt(this.#clock);
		await this.#storage.batch(
			outcomes.flatMap(({ objectId, done, error }) => {
				const checked = done
					? { checked_at: at, outcome: 'pass', reason: null }
					: { checked_at: at, outcome: 'fail', reason: error?.code ?? error?.message ?? '' };
				const brought = done && {
					head: done.head,
					inventory_digest: done.inventoryDigest,
					...(done.bytes > 0 ? { replicated_at: at } : {}),
				};
				const staysDamaged = sql<boolean>`store_copy.reason = ${DAMAGED} and store_copy.outcome = 'fail'`;
				return [
					this.#db
						.insertInto('store_copy')
						.values({
							copy_id: copyId,
							object_id: objectId,
							head: null,
							inventory_digest: null,
							replicated_at: null,
							...brought,
							...checked,
						})
						.onConflict((conflict) =>
							conflict.columns(['copy_id', 'object_id']).doUpdateSet({
								...brought,
								...checked,
								...(done && !isReplaced
									? {
											outcome: sql<string>`case when ${staysDamaged} then 'fail' else 'pass' end`,
											reason: sql<string | null>`case when ${staysDamaged} then ${DAMAGED} end`,
										}
									: {}),
							}),
						),
				];
			}),
		);
	}

	/** Notes what a check of a whole copy found of objects; durable when it resolves. */
	async checked(
		copyId: string,
		found: readonly (RegisteredObject & { reason: string | null })[],
	): Promise<void> {
		if (found.length === 0) return;
		const at = isoAt(this.#clock);
		await this.#storage.batch(
			found.map(({ objectId, head, inventoryDigest, reason }) => {
				const row = {
					// What is there is as the store has it, or is found out by bringing it there.
					...(reason === null || reason === DAMAGED
						? { head, inventory_digest: inventoryDigest }
						: { head: null, inventory_digest: null }),
					checked_at: at,
					outcome: reason === null ? 'pass' : 'fail',
					reason,
				};
				return this.#db
					.insertInto('store_copy')
					.values({ copy_id: copyId, object_id: objectId, replicated_at: null, ...row })
					.onConflict((conflict) => conflict.columns(['copy_id', 'object_id']).doUpdateSet(row));
			}),
		);
	}

	/** Objects of the store in the order of their ids, a page at a time. */
	async registered(afterId: string, limit: number): Promise<RegisteredObject[]> {
		const rows = await this.#db
			.selectFrom('store_object')
			.select(['object_id', 'head', 'inventory_digest'])
			.where('object_id', '>', afterId)
			.orderBy('object_id')
			.limit(limit)
			.execute();
		return rows.map((row) => ({
			objectId: row.object_id,
			head: row.head,
			inventoryDigest: row.inventory_digest,
		}));
	}

	/** @returns with the kind of it: `foreign` for one made by others */
	async object(objectId: string): Promise<(RegisteredObject & { readonly kind: string }) | undefined> {
		const row = await this.#db
			.selectFrom('store_object')
			.select(['kind', 'head', 'inventory_digest'])
			.where('object_id', '=', objectId)
			.executeTakeFirst();
		return row && { objectId, kind: row.kind, head: row.head, inventoryDigest: row.inventory_digest };
	}

	/** A statement that notes something that happened to an object, or with none to the store. */
	event(event: {
		readonly objectId: string | null;
		readonly version?: number;
		readonly type: 'replication' | 'recovery' | 'deletion' | 'fixity check';
		readonly outcome: 'success' | 'failure';
		readonly detail: unknown;
		readonly agent?: string;
	}): Statement {
		return this.#db.insertInto('store_event').values({
			id: createId<string>(),
			object_id: event.objectId,
			version: event.version ?? null,
			type: event.type,
			outcome: event.outcome,
			detail: JSON.stringify(event.detail),
			run_id: null,
			agent: event.agent ?? 'server',
			at: isoAt(this.#clock),
		});
	}

	write(statements: readonly Statement[]): Promise<void> {
		return this.#storage.batch(statements);
	}

	#waiting(copyId: string) {
		return this.#db
			.selectFrom('store_object as object')
			.leftJoin('store_copy as copy', (join) =>
				join.onRef('copy.object_id', '=', 'object.object_id').on('copy.copy_id', '=', copyId),
			)
			.where((where) =>
				where.or([
					where('copy.inventory_digest', 'is', null),
					where('copy.inventory_digest', '<>', where.ref('object.inventory_digest')),
				]),
			);
	}
}
