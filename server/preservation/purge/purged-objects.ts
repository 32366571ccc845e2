import { sql } from 'kysely';
import type { ObjectState } from '#domain/administration/purge.ts';
import type { Storage } from '#server/storage/storage.ts';

/** An object of the store that orders to purge name, as they left it. */
export interface PurgedObject {
	readonly objectId: string;
	readonly action: 'remove' | 'rewrite';
	/** Null while it is to be done. */
	readonly doneAt: string | null;
	/** What it was written anew as last; null when it was removed, or never written yet. */
	readonly after: ObjectState | null;
}

type Db = Pick<Storage, 'db'>;

/** Rows read at once. */
const PAGE = 1000;

/** What orders did with an object; undefined when none names it. */
export async function purgedObject(storage: Db, objectId: string): Promise<PurgedObject | undefined> {
	const rows = await rowsOf(storage).where('object_id', '=', objectId).execute();
	return rows.map(purgedOf).reduce<PurgedObject | undefined>(together, undefined);
}

/** Everything that orders did, by object: little beside what is in the store. */
export async function purgedObjects(storage: Db): Promise<ReadonlyMap<string, PurgedObject>> {
	const found = new Map<string, PurgedObject>();
	for (let [order, object] = ['', '']; ;) {
		const rows = await rowsOf(storage)
			.where(sql<boolean>`(order_id, object_id) > (${order}, ${object})`)
			.orderBy('order_id')
			.orderBy('object_id')
			.limit(PAGE)
			.execute();
		for (const row of rows) found.set(row.object_id, together(found.get(row.object_id), purgedOf(row)));
		const last = rows.at(-1);
		if (!last) return found;
		[order, object] = [last.order_id, last.object_id];
	}
}

function rowsOf({ db }: Db) {
	return db.selectFrom('purge_object').select(['order_id', 'object_id', 'action', 'after', 'done_at']);
}

function purgedOf(row: Awaited<ReturnType<ReturnType<typeof rowsOf>['execute']>>[number]): PurgedObject {
	return {
		objectId: row.object_id,
		action: row.action as PurgedObject['action'],
		doneAt: row.done_at,
		after: row.after === null ? null : (JSON.parse(row.after) as ObjectState),
	};
}

/** Of two orders over one object: what is removed is gone, else the one that wrote it last counts. */
function together(one: PurgedObject | undefined, other: PurgedObject): PurgedObject {
	if (!one) return other;
	if (one.action !== other.action) return one.action === 'remove' ? one : other;
	return (one.doneAt ?? '') > (other.doneAt ?? '') ? one : other;
}
