import { sql } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import type { ReviewState } from '#domain/catalogue/review-states.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { visible } from '#server/catalogue/rows.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Between the order keys of a path: below every sign of a key. */
const STEP = '\u0001';

/** An entry and all below it that the person may see and that are in one of the states, as the tree shows them. */
export async function entriesBelow(
	{ db }: Pick<Storage, 'db'>,
	person: Person,
	id: EntryId,
	states: readonly ReviewState[],
): Promise<EntryId[]> {
	const below = sql<{ id: string; path: string }>`(with recursive down(id, path) as (
			select ${id}, '' union all
			select child.id, down.path || ${STEP} || child.order_key || ${STEP} || child.id
			from entry as child join down on child.parent_id = down.id where child.status = 'active'
		) select id, path from down)`.as('down');
	const rows = await visible(db, person)
		.innerJoin(below, (join) => join.onRef('down.id' as never, '=', 'entry.id'))
		.select('entry.id')
		.where('entry.review_state', 'in', [...states])
		.where('entry.status', '=', 'active')
		.where('entry.hidden', '=', 0)
		.orderBy(sql`down.path`)
		.execute();
	return rows.map((row) => row.id as EntryId);
}
