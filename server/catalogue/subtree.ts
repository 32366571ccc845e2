import { sql, type SelectQueryBuilder } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import type { PlacedEntry } from '#domain/catalogue/entry.ts';
import type { ExportedEntry, Standing, Unsettled } from '#domain/catalogue/unsettled.ts';
import { can, type Person } from '#domain/permissions/permissions.ts';
import type { EntryTable, Schema } from '#server/storage/schema.ts';
import type { Storage } from '#server/storage/storage.ts';
import { unsettledIn } from './conflict-rows.ts';
import { MAX_ROWS, visible } from './rows.ts';
import { asShown } from './shown-entry.ts';

type Row = Pick<
	EntryTable,
	| 'id'
	| 'parent_id'
	| 'order_key'
	| 'level'
	| 'profile'
	| 'fields'
	| 'bodies'
	| 'conflict_count'
	| 'import_row'
> & { readonly review_state: string; readonly is_edited: number };

/**
 * An entry and all below it that the person may list, parents first, in order; with what is not settled, for who may see
 * conflicts. Memory stays within a page of rows for each level of depth.
 */
export async function* readSubtree(
	{ db }: Pick<Storage, 'db'>,
	person: Person,
	id: EntryId,
): AsyncIterable<ExportedEntry & { readonly profile: string }> {
	const columns = [
		'entry.id',
		'entry.parent_id',
		'entry.order_key',
		'entry.profile',
		'entry.conflict_count',
		'entry.review_state',
		'entry.import_row',
	] as const;
	const words = ['level', 'fields', 'bodies'] as const;
	const query = () => {
		const entries = visible(db, person)
			.select(columns)
			.select(
				sql<number>`exists (select 1 from entry_change where doc = 'entry:' || entry.id)`.as('is_edited'),
			);
		return person.role === 'reader'
			? entries
					.leftJoin('shown_entry', 'shown_entry.row_id', 'entry.row_id')
					.select([asShown('level'), asShown('fields'), asShown('bodies')])
			: entries.select(words.map((column) => `entry.${column}` as const));
	};
	const showsConflicts = can(person, 'see', { kind: 'conflicts' });
	const unsettledOf = async (
		rows: readonly { id: string; conflict_count: number }[],
	): Promise<ReadonlyMap<string, Unsettled>> =>
		showsConflicts
			? unsettledIn(
					db,
					rows.filter((row) => row.conflict_count > 0).map((row) => row.id),
				)
			: new Map();
	const place = (row: Row) => ({
		id: row.id as EntryId,
		parentId: row.parent_id as EntryId | null,
		order: row.order_key,
		level: row.level,
		profile: row.profile,
		fields: JSON.parse(row.fields) as PlacedEntry['fields'],
		bodies: JSON.parse(row.bodies) as PlacedEntry['bodies'],
		...standingOf(row, person),
	});
	const root = (await query().where('entry.id', '=', id).executeTakeFirstOrThrow()) as Row;
	yield { ...place(root), ...(await unsettledOf([root])).get(root.id) };
	// Depth first, siblings by pages.
	const below = async function* (parentId: string): AsyncIterable<ReturnType<typeof place> & Unsettled> {
		for (let last: { order: string; id: string } | undefined; ;) {
			let page = (query() as SelectQueryBuilder<Schema, 'entry', Row>)
				.where('entry.parent_id', '=', parentId)
				.where('entry.status', '=', 'active');
			if (last) {
				const { order, id: lastId } = last;
				page = page.where((where) =>
					where.or([
						where('entry.order_key', '>', order),
						where.and([where('entry.order_key', '=', order), where('entry.id', '>', lastId)]),
					]),
				);
			}
			const rows = await page.orderBy('entry.order_key').orderBy('entry.id').limit(MAX_ROWS).execute();
			const unsettled = await unsettledOf(rows);
			for (const row of rows) {
				yield { ...place(row), ...unsettled.get(row.id) };
				yield* below(row.id);
			}
			const end = rows.at(-1);
			if (!end || rows.length < MAX_ROWS) return;
			last = { order: end.order_key, id: end.id };
		}
	};
	yield* below(id);
}

/** What the row stands for, or nothing: readers are shown what the archive stands for, so no work of others. */
function standingOf(row: Row, person: Person): { readonly standing?: Standing } {
	if (row.review_state === 'registered' && row.conflict_count === 0) return { standing: 'approved' };
	const isWork = row.import_row === 0 || row.is_edited === 1;
	return isWork && person.role !== 'reader' ? { standing: 'working' } : {};
}
