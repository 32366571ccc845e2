import { sql } from 'kysely';
import type { Storage } from '#server/storage/storage.ts';

/** What is cold enough to be compacted. */
export interface Cold {
	/** Nothing was logged since. ISO UTC. */
	readonly before: string;
	/** Rows that a document must have, at least. */
	readonly minRows: number;
}

/** Documents looked at in one statement. */
const PAGE = 500;

/**
 * Documents that are cold, page by page. An entry waits until the archival store holds its newest position: what is
 * taken out of the log is then in a second place.
 */
export async function* coldDocs(
	{ db }: Pick<Storage, 'db'>,
	{ before, minRows }: Cold,
): AsyncGenerator<{ readonly doc: string; readonly seq: number }[]> {
	let after = '';
	for (;;) {
		const heads = await db
			.selectFrom('log_head')
			.select(['doc', 'seq', 'updates'])
			.where('doc', '>', after)
			.orderBy('doc')
			.limit(PAGE)
			.execute();
		const last = heads.at(-1);
		if (!last) return;
		// Most were never edited, or are compacted: the other tables are asked only of the rest.
		const docs = heads.filter(({ updates }) => updates >= minRows).map(({ doc }) => doc);
		if (docs.length > 0)
			yield await db
				.selectFrom('log_head')
				.innerJoin('log_update', 'log_update.seq', 'log_head.seq')
				.leftJoin('entry', (join) => join.on(sql.ref('log_head.doc'), '=', sql<string>`'entry:' || entry.id`))
				.select(['log_head.doc', 'log_head.seq'])
				.where('log_head.doc', 'in', docs)
				.where('log_update.kind', '=', 'update')
				.where('log_update.received_at', '<', before)
				.where((where) =>
					where.or([
						where('log_head.doc', 'like', 'review:%'),
						where('entry.deposited_seq', '>=', where.ref('log_head.seq')),
					]),
				)
				.where(
					(select) =>
						select
							.selectFrom('log_update as row')
							.select((each) => each.fn.countAll<number>().as('rows'))
							.whereRef('row.doc', '=', 'log_head.doc'),
					'>=',
					minRows,
				)
				.orderBy('log_head.doc')
				.execute();
		after = last.doc;
	}
}
