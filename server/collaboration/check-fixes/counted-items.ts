import { sql } from 'kysely';
import { isCheckedProfile } from '#domain/catalogue/rules/checked-profile.ts';
import { countOf } from '#domain/catalogue/rules/page-rules.ts';
import type { Storage } from '#server/storage/storage.ts';

/** What lies in a file. */
export interface CountedItems {
	readonly items: number;
	/** Of all of them; undefined while one does not say. */
	readonly pages: number | undefined;
}

/** Counts the items of files as rows have them now, the way the rules across entries do. */
export async function countedItems(
	{ db }: Pick<Storage, 'db'>,
	fileIds: readonly string[],
): Promise<ReadonlyMap<string, CountedItems>> {
	const counted = new Map<string, CountedItems>(fileIds.map((id) => [id, { items: 0, pages: 0 }]));
	if (fileIds.length === 0) return counted;
	const rows = await db
		.selectFrom('entry')
		.innerJoin('entry as file', (join) =>
			join.onRef('file.id', '=', 'entry.parent_id').onRef('file.fonds_id', '=', 'entry.fonds_id'),
		)
		.select([
			'file.id',
			'entry.profile',
			sql<string | number | null>`json_extract(entry.fields, '$.pageCount')`.as('pages'),
			sql<number>`count(*)`.as('count'),
		])
		.where('entry.parent_id', 'in', fileIds)
		.where('entry.level', '=', 'item')
		.where('entry.status', '=', 'active')
		.where('entry.hidden', '=', 0)
		.groupBy(['file.id', 'entry.profile', 'pages'])
		.execute();
	for (const { id, profile, pages, count } of rows) {
		const known = counted.get(id);
		if (!known || !isCheckedProfile(profile)) continue;
		const each = countOf(String(pages ?? '').trim());
		counted.set(id, {
			items: known.items + count,
			pages: known.pages === undefined || each === undefined ? undefined : known.pages + each * count,
		});
	}
	return counted;
}
