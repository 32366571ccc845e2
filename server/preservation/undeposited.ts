import type { Kysely } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import { isEdited } from '#server/catalogue/edited.ts';
import type { Schema } from '#server/storage/schema.ts';

/** What the database holds and no version does: edited entries, and accepted imports. */
export async function undeposited(
	db: Kysely<Schema>,
): Promise<{ readonly entries: readonly EntryId[]; readonly imports: readonly string[] }> {
	const entries = await db
		.selectFrom('log_head')
		.innerJoin('entry', (join) =>
			join.on((on) =>
				on('entry.id', '=', on.fn<string>('substr', [on.ref('log_head.doc'), on.lit('entry:'.length + 1)])),
			),
		)
		.select('entry.id')
		.where('log_head.doc', 'like', 'entry:%')
		.where((where) =>
			where.or([
				where('entry.deposited_seq', 'is', null),
				where('entry.deposited_seq', '<', where.ref('log_head.seq')),
			]),
		)
		// An entry that was only opened says nothing its import has not said.
		.where(isEdited)
		.execute();
	const imports = await db
		.selectFrom('import')
		.select('id')
		.where('state', '=', 'accepted')
		.where('deposited_version', 'is', null)
		.execute();
	return { entries: entries.map(({ id }) => id as EntryId), imports: imports.map(({ id }) => id) };
}
