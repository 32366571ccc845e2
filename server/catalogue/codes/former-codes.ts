import { sql, type Expression, type SqlBool } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import type { FormerCode } from '#domain/catalogue/rows.ts';
import { foldSigns } from '#domain/catalogue/reference-codes/signs.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Codes of one entry that are told. */
const MAX_CODES = 100;
/** Shorter texts are the beginning of too many codes. */
const LEAST_SIGNS = 4;

/** The codes an entry had before, newest first, each once: who gave it another one, when and why. */
export async function formerCodes({ db }: Pick<Storage, 'db'>, id: EntryId): Promise<FormerCode[]> {
	// Why many codes were changed at once is said once: by the order, or by the batch.
	const { rows } = await sql<FormerCode>`
		select event.code, event.at, event.actor_name as "actorName", coalesce(
			(select batch.why from code_event as batch where batch.block_id = event.block_id
				and batch.kind in ('renumbering', 'renumbered') limit 1),
			(select case when event.via like 'undo-order:%' then json_extract(orders.undo, '$.why') else orders.why end
				from correction_order as orders where event.via in ('order:' || orders.id, 'undo-order:' || orders.id)),
			'') as why
		from code_event as event join entry on entry.id = event.entry_id
		where event.kind = 'alias' and event.entry_id = ${id} and event.code not in ('', entry.reference_code)
			and event.id = (select max(id) from code_event as same where same.kind = 'alias'
				and same.entry_id = event.entry_id and same.code = event.code)
		order by event.id desc limit ${MAX_CODES}`.execute(db);
	return rows;
}

/**
 * Whether an entry had a code before that begins as somebody writes it; undefined when nothing was ever called so. Codes
 * of work that is under way lead no reader to it.
 */
export async function whoseFormerCode(
	{ db }: Pick<Storage, 'db'>,
	person: Person,
	written: string,
): Promise<Expression<SqlBool> | undefined> {
	const text = foldSigns(written.slice(0, 300));
	if (text.length < LEAST_SIGNS) return undefined;
	// Beyond the last sign there is: the index over codes is read from the first to the last that begin so.
	const begins = sql<SqlBool>`kind = 'alias' and code >= ${text} and code < ${`${text}\u{10FFFF}`}`;
	const any = await db.selectFrom('code_event').select('id').where(begins).limit(1).executeTakeFirst();
	if (!any) return undefined;
	const had = sql<SqlBool>`entry.id in (select entry_id from code_event where ${begins})`;
	return person.role === 'reader'
		? sql<SqlBool>`(${had} and entry.row_id not in (select row_id from shown_entry))`
		: had;
}
