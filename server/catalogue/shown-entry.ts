import { sql, type Expression, type Kysely, type Selectable } from 'kysely';
import { profileOf } from '#domain/catalogue/profiles.ts';
import type { PlacedEntry } from '#domain/catalogue/entry.ts';
import { rowColumns } from '#domain/catalogue/row-columns.ts';
import { indexTokens } from '#domain/catalogue/search-tokens.ts';
import type { EntryTable, Schema } from '#server/storage/schema.ts';
import type { Statement, Storage } from '#server/storage/storage.ts';

/** The columns in which an entry under work differs from what readers see of it. */
export const SHOWN_COLUMNS = [
	'level',
	'title',
	'reference_code',
	'date_text',
	'creators_text',
	'fields',
	'bodies',
	'date_earliest',
	'date_latest',
] as const;

type ShownColumn = (typeof SHOWN_COLUMNS)[number];

/**
 * Keeps for readers what the import said of an entry that is changed for the first time, in words and in the index;
 * belongs in the transaction that changes the row, before it. Nothing to do when readers see the row itself.
 */
export function keepShown(storage: Storage, before: Selectable<EntryTable>): Statement[] {
	if (before.import_row === 0 || before.projected_seq > 0 || before.review_state === 'registered') return [];
	const { searchText } = rowColumns(profileOf(before.profile), {
		level: before.level,
		fields: JSON.parse(before.fields) as PlacedEntry['fields'],
		bodies: JSON.parse(before.bodies) as PlacedEntry['bodies'],
	});
	const { row_id, id: entry_id } = before;
	const kept = Object.fromEntries(SHOWN_COLUMNS.map((column) => [column, before[column]]));
	return [
		storage.db
			.insertInto('shown_entry')
			.values({ row_id, entry_id, ...(kept as Pick<Selectable<EntryTable>, ShownColumn>) })
			.onConflict((conflict) => conflict.doNothing()),
		...storage.fullText.upsertShown(row_id, indexTokens(searchText)),
	];
}

/** From now on readers see the rows themselves. Belongs in the transaction that registers the entries. */
export function dropShown({ db, fullText }: Storage, rowIds: readonly number[]): Statement[] {
	if (rowIds.length === 0) return [];
	return [
		db
			.deleteFrom('shown_entry')
			.where('row_id', 'in', [...rowIds])
			.compile(),
		...fullText.remove(rowIds.map((rowId) => -rowId)),
	];
}

/** A column of `entry` as readers see it, in a query in which `shown_entry` is joined by row. */
export function asShown<C extends ShownColumn>(column: C) {
	return sql<EntryTable[C]>`coalesce(${sql.ref(`shown_entry.${column}`)}, ${sql.ref(`entry.${column}`)})`.as(
		column,
	);
}

/** One of the days of an entry as readers see it: those of its row must not tell what is being worked on. */
export function dayAsShown(column: 'date_earliest' | 'date_latest'): Expression<number | null> {
	return sql<number | null>`case when entry.row_id in (select row_id from shown_entry)
		then (select ${sql.ref(column)} from shown_entry where row_id = entry.row_id)
		else ${sql.ref(`entry.${column}`)} end`;
}

/** Whether readers see something else of an entry than its row. */
export async function shownOf(
	db: Kysely<Schema>,
	id: string,
): Promise<Pick<Selectable<EntryTable>, 'fields' | 'bodies'> | undefined> {
	return db
		.selectFrom('shown_entry')
		.select(['fields', 'bodies'])
		.where('entry_id', '=', id)
		.executeTakeFirst();
}
