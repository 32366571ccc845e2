import { sql } from 'kysely';
import { isEdited } from '#server/catalogue/edited.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Documents of which the log says more than the rows, after a crash. */
export async function behindTheLog({ db }: Pick<Storage, 'db'>): Promise<{
	readonly entries: readonly string[];
	readonly reviews: readonly { readonly doc: string; readonly seq: number }[];
}> {
	const entries = await db
		.selectFrom('log_head')
		.leftJoin('entry', (join) =>
			join.on((on) =>
				on('entry.id', '=', on.fn<string>('substr', [on.ref('log_head.doc'), on.lit('entry:'.length + 1)])),
			),
		)
		.select('log_head.doc')
		.where((where) =>
			where.or([
				where('entry.projected_seq', 'is', null),
				where('entry.projected_seq', '<', where.ref('log_head.seq')),
			]),
		)
		.where('log_head.doc', 'like', 'entry:%')
		// Of an entry that was only opened the row says it all, and is in the archive with its import.
		.where(isEdited)
		.execute();
	const reviews = await db
		.selectFrom('log_head')
		.leftJoin('review', (join) =>
			join.on(sql<string>`'review:' || review.entry_id`, '=', sql.ref('log_head.doc')),
		)
		.select(['log_head.doc', 'log_head.seq'])
		.where('log_head.doc', 'like', 'review:%')
		.where((where) =>
			where.or([
				where('review.projected_seq', 'is', null),
				where('review.projected_seq', '<', where.ref('log_head.seq')),
			]),
		)
		.execute();
	return { entries: entries.map(({ doc }) => doc), reviews };
}
