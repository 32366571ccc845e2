import { sql } from 'kysely';
import type { Schema } from './schema.ts';
import type { Statement, Storage } from './storage.ts';

/** A table that holds something of entries, and the column that says of which. */
export interface PurgePlace {
	readonly table: keyof Schema;
	readonly column: string;
	/** What the column holds: the entry's id, the names of its documents, or the id of its archival object. */
	readonly holds: 'entry' | 'docs' | 'object';
}

const NAMES: Readonly<Record<PurgePlace['holds'], readonly string[]>> = {
	entry: [''],
	docs: ['entry:', 'review:'],
	object: ['urn:uuid:'],
};

/** Everything by which rows of these entries are found in a place. */
function keysOf(place: PurgePlace, ids: readonly string[]): string[] {
	return ids.flatMap((id) => NAMES[place.holds].map((prefix) => `${prefix}${id}`));
}

/** How many rows of each entry there are, by table; without those that have none. */
export async function countIn(
	{ db }: Pick<Storage, 'db'>,
	places: readonly PurgePlace[],
	ids: readonly string[],
): Promise<Map<string, Record<string, number>>> {
	const counts = new Map<string, Record<string, number>>();
	if (ids.length === 0) return counts;
	for (const place of places) {
		const column = sql.ref<string>(place.column);
		const { rows } = await sql<{ key: string; rows: number }>`
			select ${column} as key, count(*) as rows from ${sql.table(place.table)}
			where ${column} in (${sql.join(keysOf(place, ids))}) group by ${column}`.execute(db);
		for (const row of rows) {
			const id = row.key.slice(row.key.lastIndexOf(':') + 1);
			const found = counts.get(id) ?? {};
			found[place.table] = (found[place.table] ?? 0) + row.rows;
			counts.set(id, found);
		}
	}
	return counts;
}

/** Statements that remove every row of these entries. */
export function deleteFrom(
	{ db }: Pick<Storage, 'db'>,
	places: readonly PurgePlace[],
	ids: readonly string[],
): Statement[] {
	if (ids.length === 0) return [];
	return places.map((place) =>
		sql`delete from ${sql.table(place.table)} where ${sql.ref(place.column)} in (${sql.join(keysOf(place, ids))})`.compile(
			db,
		),
	);
}
