import { CATALOGUE_PLACES, countIndexed, STEP_PLACES } from '#server/catalogue/purge/purge-rows.ts';
import { COLLABORATION_PLACES, RECORD_PLACES } from '#server/collaboration/purge/purge-said.ts';
import { STORE_PLACES } from '#server/preservation/purge/store-purge.ts';
import { countIn } from '#server/storage/purge-places.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Every table that holds something of an entry, beside its row and the index. */
export const PLACES = [
	...CATALOGUE_PLACES,
	...STEP_PLACES,
	...COLLABORATION_PLACES,
	...RECORD_PLACES,
	...STORE_PLACES,
];

/** How much there is of each entry, by table. */
export async function countsOf(
	storage: Storage,
	ids: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, number>>>> {
	const [counts, campaigns] = await Promise.all([
		countIn(storage, PLACES, ids),
		// They stay, so that only those count which still say what the entry was called.
		storage.db
			.selectFrom('campaign')
			.select((select) => ['under', select.fn.countAll<number>().as('campaign')])
			.where('under', 'in', ids)
			.where('under_title', '!=', '')
			.groupBy('under')
			.execute(),
	]);
	for (const { under, campaign } of campaigns)
		if (under !== null) counts.set(under, { ...counts.get(under), campaign });
	return counts;
}

/** All of it together. */
export function sumOf(counts: Iterable<Readonly<Record<string, number>>>): Readonly<Record<string, number>> {
	const sum: Record<string, number> = {};
	for (const each of counts)
		for (const [place, count] of Object.entries(each)) sum[place] = (sum[place] ?? 0) + count;
	return sum;
}

/** What the database still holds of entries that were taken out, by place; all must be 0. */
export async function searchDatabase(
	storage: Storage,
	ids: readonly string[],
): Promise<Record<string, number>> {
	const [counts, index, full] = await Promise.all([
		countsOf(storage, ids),
		countIndexed(storage, ids),
		storage.db
			.selectFrom('entry')
			.select((select) => select.fn.countAll<number>().as('rows'))
			.where('id', 'in', ids)
			.where((where) =>
				where.or([
					where('status', '!=', 'purged'),
					where('title', '!=', ''),
					where('fields', '!=', '{}'),
					where('bodies', '!=', '{}'),
					where('import_row', '!=', 0),
				]),
			)
			.executeTakeFirstOrThrow(),
	]);
	return { ...sumOf(counts.values()), index, entry: full.rows };
}
