import type { Kysely } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import type { FieldKey } from '#domain/catalogue/entry.ts';
import type { ConflictingValue, EntryDetail } from '#domain/catalogue/rows.ts';
import { causeOf, conflictGroupOf, conflictSince } from '#domain/collaboration/conflicts.ts';
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
		db.deleteFrom('conflict').where('entry_id', '=', id),
		db.deleteFrom('conflict_person').where('entry_id', '=', id),
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
