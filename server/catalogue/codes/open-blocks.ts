import { sql } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import type { OpenBlock } from '#domain/catalogue/reference-codes/code-block.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Blocks that were not given back: of a group, or of a person; the oldest first. */
export async function openBlocks(
	{ db }: Pick<Storage, 'db'>,
	of: { readonly groupKey: string } | { readonly personId: string },
): Promise<OpenBlock[]> {
	const rows = await db
		.selectFrom('code_event as event')
		.select(['block_id', 'group_key', 'number', 'number_to', 'actor_id', 'actor_name', 'at', 'why'])
		.where('kind', '=', 'reserved')
		.where((where) =>
			'groupKey' in of ? where('group_key', '=', of.groupKey) : where('actor_id', '=', of.personId),
		)
		.where(
			sql<boolean>`not exists (select 1 from code_event as back where back.kind = 'returned' and back.block_id = event.block_id)`,
		)
		.orderBy('id')
		.execute();
	return rows.map((row) => ({
		id: row.block_id ?? '',
		groupKey: row.group_key,
		from: row.number,
		to: row.number_to,
		personId: row.actor_id,
		personName: row.actor_name,
		at: row.at,
		why: row.why,
	}));
}

/** Entries whose number is kept for somebody else than who set their code, with whom it is kept for. */
export async function numbersOfOthers(
	{ db }: Pick<Storage, 'db'>,
	ids: readonly EntryId[],
): Promise<
	Map<EntryId, { readonly code: string; readonly from: number; readonly to: number; readonly name: string }>
> {
	const found = new Map<EntryId, { code: string; from: number; to: number; name: string }>();
	if (ids.length === 0) return found;
	const { rows } = await sql<{ id: string; code: string; first: number; last: number; name: string }>`
		select own.entry_id as id, own.canonical as code, block.number as first, block.number_to as last,
			block.actor_name as name
		from coded_entry as own join code_event as block on block.kind = 'reserved' and block.group_key = own.group_key
			and own.suffix = '' and own.number between block.number and block.number_to
		where own.entry_id in (${sql.join([...ids])}) and own.group_key <> ''
			and not exists (select 1 from code_event as back where back.kind = 'returned' and back.block_id = block.block_id)
			and block.actor_id <> coalesce((select actor_id from entry_change where doc = 'entry:' || own.entry_id
				and field = 'referenceCode' order by id desc limit 1), '')`.execute(db);
	for (const { id, code, first, last, name } of rows)
		found.set(id as EntryId, { code, from: first, to: last, name });
	return found;
}
