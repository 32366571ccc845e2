import { sql } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import { MAX_PURGED } from '#domain/administration/purge.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Entries below some, not among them and not purged yet, parents first. */
export async function belowOf({ db }: Pick<Storage, 'db'>, ids: readonly EntryId[]): Promise<EntryId[]> {
	const { rows } = await sql<{ id: string }>`
		with recursive down(id, depth) as (
			select id, 0 from entry where id in (${sql.join(ids)})
			union select entry.id, down.depth + 1 from entry join down on entry.parent_id = down.id
				where entry.status <> 'purged'
		) select id from down where depth > 0 group by id order by min(depth), id`.execute(db);
	const known = new Set<string>(ids);
	return rows.filter(({ id }) => !known.has(id)).map(({ id }) => id as EntryId);
}

/**
 * Which entries an order is about: those named, and with `below` all beneath them, parents first.
 * @throws {Refusal} 'purge.nothing' | 'catalogue.unknown-entry' (404) | 'catalogue.purged' (410) | 'purge.children' (409) with
 * an entry that has others below it | 'purge.waits' (409) when another order has one of them | 'purge.too-many'
 */
export async function scopeOf(
	storage: Pick<Storage, 'db'>,
	named: readonly EntryId[],
	{ below }: { readonly below: boolean },
): Promise<EntryId[]> {
	const { db } = storage;
	const ids = [...new Set(named)];
	if (ids.length === 0) throw new Refusal('purge.nothing');
	if (ids.length > MAX_PURGED) throw new Refusal('purge.too-many', { limit: MAX_PURGED });
	const rows = await db
		.selectFrom('entry')
		.select(['id', 'status'])
		.where('id', 'in', ids)
		.where('import_row', 'not in', db.selectFrom('import').select('row_id').where('state', '=', 'staging'))
		.execute();
	const status = new Map(rows.map((row) => [row.id, row.status]));
	for (const id of ids) {
		if (!status.has(id)) throw new Refusal('catalogue.unknown-entry', { id }, 404);
		if (status.get(id) === 'purged') throw new Refusal('catalogue.purged', { id }, 410);
	}
	const beneath = await belowOf(storage, ids);
	if (!below && beneath.length > 0) {
		const { rows: parents } = await sql<{ id: string; children: number }>`
			select parent_id as id, count(*) as children from entry where parent_id in (${sql.join(ids)})
			and status <> 'purged' and id not in (${sql.join(ids)}) group by parent_id limit 1`.execute(db);
		const [parent] = parents;
		throw new Refusal('purge.children', { id: parent?.id ?? '', children: parent?.children ?? 0 }, 409);
	}
	const all = [...ids, ...beneath];
	if (all.length > MAX_PURGED) throw new Refusal('purge.too-many', { limit: MAX_PURGED });
	const other = await db
		.selectFrom('purge_order_entry')
		.innerJoin('purge_order', 'purge_order.id', 'purge_order_entry.order_id')
		.select('purge_order_entry.entry_id')
		.where('purge_order.state', 'in', ['proposed', 'approved'])
		.where('purge_order_entry.entry_id', 'in', all)
		.limit(1)
		.executeTakeFirst();
	if (other) throw new Refusal('purge.waits', { id: other.entry_id }, 409);
	return all;
}
