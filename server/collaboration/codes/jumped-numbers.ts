import type { EntryId } from '#domain/base/ids.ts';
import type { Params } from '#domain/base/refusal.ts';
import type { CodeJump } from '#domain/catalogue/reference-codes/code-jump.ts';
import { jumpsIn } from '#server/catalogue/codes/code-jumps.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Ids of one question. */
const MAX_IDS = 500;

/**
 * Entries whose number lies above a jump that nobody explained, or would: what is registered above it can never be
 * numbered below it again.
 * @param ids entries with a code of their own
 * @param groups of entries that are to get a number, the next one of their group
 */
export async function jumpedNumbers(
	storage: Pick<Storage, 'db'>,
	ids: readonly EntryId[],
	groups: ReadonlyMap<EntryId, string>,
): Promise<Map<EntryId, Params>> {
	const numbers = new Map<EntryId, { readonly groupKey: string; readonly number: number }>();
	for (let from = 0; from < ids.length; from += MAX_IDS) {
		const rows = await storage.db
			.selectFrom('coded_entry')
			.select(['entry_id', 'group_key', 'number'])
			.where('entry_id', 'in', ids.slice(from, from + MAX_IDS))
			.where('group_key', '!=', '')
			.where('part', '!=', 'pageNumber')
			.execute();
		for (const { entry_id, group_key, number } of rows)
			numbers.set(entry_id as EntryId, { groupKey: group_key, number });
	}
	for (const [id, groupKey] of groups) numbers.set(id, { groupKey, number: Infinity });
	const keys = new Set([...numbers.values()].map(({ groupKey }) => groupKey));
	const jumps = Map.groupBy(await jumpsIn(storage, [...keys]), ({ groupKey }) => groupKey);
	const found = new Map<EntryId, Params>();
	for (const [id, { groupKey, number }] of numbers) {
		const jump = jumps.get(groupKey)?.findLast(({ to }) => to < number);
		if (jump) found.set(id, paramsOf(jump));
	}
	return found;
}

function paramsOf({ groupKey, from, to }: CodeJump): Params {
	// A group of codes without a fonds number says whose it is before them.
	const group = groupKey.slice(groupKey.indexOf('|') + 1);
	return { group, from, to, missing: to - from + 1, after: to + 1 };
}
