import { CompiledQuery, type Kysely } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import type { FieldKey } from '#domain/catalogue/entry.ts';
import type { ConflictingValue, EntryDetail } from '#domain/catalogue/rows.ts';
import { causeOf, conflictGroupOf, conflictSince } from '#domain/collaboration/conflicts.ts';
import type { LeftStanding, Unsettled, UnsettledValue } from '#domain/catalogue/unsettled.ts';
import type { Schema } from '#server/storage/schema.ts';
import type { Statement } from '#server/storage/storage.ts';

/** Writes the conflicts of an entry in the place of those it had. */
export function conflictStatements(
	db: Kysely<Schema>,
	id: EntryId,
	conflicts: Readonly<Record<FieldKey, readonly ConflictingValue[]>>,
	disputes: EntryDetail['disputes'],
): Statement[] {
	const statements: Statement[] = [
		CompiledQuery.raw('delete from conflict where entry_id = ?', [id]),
		CompiledQuery.raw('delete from conflict_person where entry_id = ?', [id]),
	];
	for (const [field, values] of Object.entries(conflicts)) {
		const dispute = disputes[field];
		statements.push(
			db.insertInto('conflict').values({
				entry_id: id,
				field,
				since: conflictSince(values),
				cause: causeOf(values),
				group_key: conflictGroupOf(field, values),
				values_json: JSON.stringify(values),
				dispute: dispute ? JSON.stringify(dispute) : null,
			}),
			...[...new Set(values.map(({ attribution }) => attribution.actorId))].map((personId) =>
				db.insertInto('conflict_person').values({ entry_id: id, field, person_id: personId }),
			),
		);
	}
	return statements;
}

/** What of entries is not settled, by entry id. At most as many ids as one statement takes parameters. */
export async function unsettledIn(
	db: Kysely<Schema>,
	ids: readonly string[],
): Promise<ReadonlyMap<string, Unsettled>> {
	if (ids.length === 0) return new Map();
	const rows = await db
		.selectFrom('conflict')
		.select(['entry_id', 'field', 'values_json', 'dispute'])
		.where('entry_id', 'in', ids)
		.orderBy('entry_id')
		.orderBy('field')
		.execute();
	const found = new Map<
		string,
		{ conflicts: Record<FieldKey, UnsettledValue[]>; disputes?: Record<FieldKey, LeftStanding> }
	>();
	for (const row of rows) {
		const entry = found.get(row.entry_id) ?? { conflicts: {} };
		found.set(row.entry_id, entry);
		entry.conflicts[row.field] = (JSON.parse(row.values_json) as ConflictingValue[]).map(
			({ value, attribution }) => ({ value, author: attribution.actorName, at: attribution.receivedAt }),
		);
		if (row.dispute === null) continue;
		const { reason, actorName, at } = JSON.parse(row.dispute) as EntryDetail['disputes'][string];
		(entry.disputes ??= {})[row.field] = { reason, author: actorName, at };
	}
	return found;
}
