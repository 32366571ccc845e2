import { sql } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import type { ReviewState } from '#domain/catalogue/review-states.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { visible } from '#server/catalogue/rows.ts';
import type { Storage } from '#server/storage/storage.ts';

/** An entry and all below it that the person may see and that are in one of the states, those above first. */
export async function entriesBelow(
	{ db }: Pick<Storage, 'db'>,
	person: Person,
	id: EntryId,
	states: readonly ReviewState[],
): Promise<EntryId[]> {
	const rows = await visible(db, person)
		.select('entry.id')
		.where(
			'entry.id',
			'in',
			sql<string>`(with recursive down(id) as (
				select ${id} union all
				select child.id from entry as child join down on child.parent_id = down.id where child.status = 'active'
			) select id from down)`,
		)
		.where('entry.review_state', 'in', [...states])
		.where('entry.status', '=', 'active')
		.where('entry.hidden', '=', 0)
		.orderBy('entry.row_id')
		.execute();
	return rows.map((row) => row.id as EntryId);
}
