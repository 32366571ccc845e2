import type { ExpressionBuilder, ExpressionWrapper, SqlBool } from 'kysely';
import { sql } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import type { Schema } from '#server/storage/schema.ts';
import type { Storage } from '#server/storage/storage.ts';
import { partOf } from '../object-parts.ts';

/** Fonds whose objects somebody may see; null for all, and for what is of no fonds: imports, registers, the root. */
export type SeenFonds = readonly EntryId[] | null;

const PREFIX = 'urn:uuid:';
const MAX_IDS = 500;

/** The id an entry would have of which this object, or one that goes before it, is. */
export function entryIdOf(objectId: string): string {
	return partOf(objectId).id.replace(PREFIX, '');
}

/** A filter for objects of entries in fonds, by a column with their ids. */
export function isInFonds<Tables extends keyof Schema>(
	of: ExpressionBuilder<Schema, Tables>,
	column: string,
	fonds: readonly EntryId[],
): ExpressionWrapper<Schema, Tables, SqlBool> {
	const id = sql`substr(${sql.ref(column)}, ${sql.lit(PREFIX.length + 1)}, 36)`;
	const entries = sql`select id from entry where fonds_id in (${fonds.length ? sql.join([...fonds]) : sql`null`})`;
	return of.and([sql<SqlBool>`${sql.ref(column)} like ${`${PREFIX}%`}`, sql<SqlBool>`${id} in (${entries})`]);
}

/** Those of some objects that somebody may see. */
export async function seenObjects(
	{ db }: Storage,
	objectIds: readonly string[],
	fonds: SeenFonds,
): Promise<ReadonlySet<string>> {
	if (fonds === null) return new Set(objectIds);
	const entries = new Set<string>();
	const ids = objectIds.map(entryIdOf);
	for (let from = 0; fonds.length > 0 && from < ids.length; from += MAX_IDS) {
		const rows = await db
			.selectFrom('entry')
			.select('id')
			.where('id', 'in', ids.slice(from, from + MAX_IDS))
			.where('fonds_id', 'in', [...fonds])
			.execute();
		for (const { id } of rows) entries.add(id);
	}
	return new Set(objectIds.filter((objectId) => entries.has(entryIdOf(objectId))));
}
