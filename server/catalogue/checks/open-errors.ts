import { sql, type Kysely } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import type { OpenErrors } from '#domain/catalogue/review-states.ts';
import { RULES } from '#domain/catalogue/rules/rules.ts';
import type { Schema } from '#server/storage/schema.ts';

/** Setting by which an archive lets entries be registered although they have errors. */
export const ERRORS_BLOCK = 'registration.errorsBlock';

/** What shows across entries is found some time later: that a code is taken is looked up when it counts. */
const LATER: readonly string[] = RULES.filter(({ scope }) => scope === 'across').map(({ id }) => id);

/** Whether errors keep entries from being registered here. */
export async function errorsBlock(db: Kysely<Schema>): Promise<boolean> {
	const row = await db
		.selectFrom('setting')
		.select('value')
		.where('key', '=', ERRORS_BLOCK)
		.executeTakeFirst();
	return row?.value !== 'false';
}

/** Errors of description that nobody accepted, as they were found last, by entry; none where they do not count. */
export async function openErrors(
	db: Kysely<Schema>,
	ids: readonly EntryId[],
): Promise<ReadonlyMap<EntryId, OpenErrors>> {
	if (ids.length === 0 || !(await errorsBlock(db))) return new Map();
	const rows = await db
		.selectFrom('finding')
		.select(['entry_id', 'rule', sql<number>`count(*)`.as('count')])
		.where('entry_id', 'in', [...ids])
		.where('severity', '=', 'E')
		.where('exception_id', 'is', null)
		.where('rule', 'not in', LATER)
		.groupBy(['entry_id', 'rule'])
		.orderBy('rule')
		.execute();
	const errors = new Map<EntryId, OpenErrors>();
	for (const { entry_id, rule, count } of rows) {
		const known = errors.get(entry_id as EntryId) ?? { count: 0, rules: [] };
		errors.set(entry_id as EntryId, { count: known.count + count, rules: [...known.rules, rule] });
	}
	return errors;
}
