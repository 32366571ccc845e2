import { sql } from 'kysely';
import { covers, isJump, type CodeJump } from '#domain/catalogue/reference-codes/code-jump.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Groups asked for in one statement. */
const GROUPS_AT_ONCE = 400;

/**
 * The jumps in groups of codes that nobody explained, the lowest first.
 * @param nextOf the number that a group would get next, where jumps up to that one are meant, too
 */
export async function jumpsIn(
	{ db }: Pick<Storage, 'db'>,
	keys: readonly string[],
	nextOf?: (groupKey: string) => number | undefined,
): Promise<CodeJump[]> {
	const found: CodeJump[] = [];
	for (let at = 0; at < keys.length; at += GROUPS_AT_ONCE) {
		const part = keys.slice(at, at + GROUPS_AT_ONCE);
		const next = part.flatMap((key) => {
			const number = nextOf?.(key);
			return number === undefined ? [] : [[key, number]];
		});
		const { rows } = await sql<{ key: string; before: number; after: number; below: number }>`
			select key, before, after, below from (
				select key, number as after, lag(number) over its as before, row_number() over its - 1 as below
				from (select group_key as key, number from coded_entry where group_key in (${sql.join(part)}) and active = 1
					union select value ->> 0, value ->> 1 from json_each(${JSON.stringify(next)}))
				window its as (partition by key order by number)
			) where after > before + 1 order by key, after`.execute(db);
		const jumps = rows
			.map(({ key, before, after, below }) => ({ groupKey: key, from: before + 1, to: after - 1, below }))
			.filter((gap) => isJump(gap, gap.below));
		found.push(...(await unexplained(db, jumps)));
	}
	return found;
}

async function unexplained(db: Storage['db'], jumps: readonly CodeJump[]): Promise<CodeJump[]> {
	if (jumps.length === 0) return [];
	const list = sql.join([...new Set(jumps.map(({ groupKey }) => groupKey))]);
	const { rows } = await sql<CodeJump>`
		select group_key as "groupKey", number as "from", number_to as "to" from code_event
		where group_key in (${list}) and kind <> 'renumbering'
		union all
		select group_key, number, number from coded_entry where group_key in (${list}) and active = 0 and suffix = ''`.execute(
		db,
	);
	const reasons = Map.groupBy(rows, ({ groupKey }) => groupKey);
	return jumps
		.filter((jump) => !covers(reasons.get(jump.groupKey) ?? [], jump))
		.map(({ groupKey, from, to }) => ({ groupKey, from, to }));
}
