import { sql } from 'kysely';
import { deleteFrom, type PurgePlace } from '#server/storage/purge-places.ts';
import type { Statement, Storage } from '#server/storage/storage.ts';

/** Where live editing holds something of an entry. */
export const COLLABORATION_PLACES: readonly PurgePlace[] = [
	{ table: 'log_update', column: 'doc', holds: 'docs' },
	{ table: 'log_cold', column: 'doc', holds: 'docs' },
	{ table: 'log_kept', column: 'doc', holds: 'docs' },
	{ table: 'log_head', column: 'doc', holds: 'docs' },
	{ table: 'entry_change', column: 'doc', holds: 'docs' },
	{ table: 'conflict', column: 'entry_id', holds: 'entry' },
	{ table: 'conflict_person', column: 'entry_id', holds: 'entry' },
	{ table: 'review', column: 'entry_id', holds: 'entry' },
	{ table: 'comment', column: 'entry_id', holds: 'entry' },
	{ table: 'comment_thread', column: 'entry_id', holds: 'entry' },
	{ table: 'proposal', column: 'entry_id', holds: 'entry' },
	{ table: 'notice', column: 'entry_id', holds: 'entry' },
	{ table: 'visit', column: 'entry_id', holds: 'entry' },
];

/** Rows of decisions and orders. They say which records of the store name an entry, so they go after those are known. */
export const RECORD_PLACES: readonly PurgePlace[] = [
	{ table: 'decision_item', column: 'entry_id', holds: 'entry' },
	{ table: 'correction_order_row', column: 'entry_id', holds: 'entry' },
	{ table: 'campaign_fix_row', column: 'entry_id', holds: 'entry' },
];

/** Statements that remove all that was written and said about entries, and the answers devices got for it. */
export function purgeSaid(storage: Storage, ids: readonly string[]): Statement[] {
	return [
		...deleteFrom(storage, COLLABORATION_PLACES, ids),
		sql`delete from push_batch where exists (select 1 from purged_entry
			where entry_id in (${sql.join(ids)}) and instr(results, entry_id) > 0)`.compile(storage.db),
	];
}

/**
 * Statements that remove the rows of entries from decisions and orders. One that was about nothing but these entries goes
 * as a whole, with its reason; from one with others go the rows, and nobody is told that they were looked at. A campaign
 * over an entry stays, without its code and title.
 */
export async function purgeRecords(storage: Storage, ids: readonly string[]): Promise<Statement[]> {
	const { db } = storage;
	const [decisions, orders] = await Promise.all([
		touched(storage, 'decision_item', 'decision_id', ids),
		touched(storage, 'correction_order_row', 'order_id', ids),
	]);
	const samples =
		orders.shared.length === 0
			? []
			: await db
					.selectFrom('correction_order_sample')
					.select(['id', 'order_id', 'positions'])
					.where('order_id', 'in', orders.shared)
					.execute();
	const gone = new Map<string, Set<number>>();
	if (samples.length > 0)
		for (const row of await db
			.selectFrom('correction_order_row')
			.select(['order_id', 'position'])
			.where('order_id', 'in', orders.shared)
			.where('entry_id', 'in', ids)
			.execute())
			gone.set(row.order_id, (gone.get(row.order_id) ?? new Set()).add(row.position));
	return [
		...deleteFrom(storage, RECORD_PLACES, ids),
		db.updateTable('campaign').set({ under_title: '' }).where('under', 'in', ids),
		...samples.map((sample) =>
			db
				.updateTable('correction_order_sample')
				.set({
					positions: JSON.stringify(
						(JSON.parse(sample.positions) as number[]).filter(
							(each) => !gone.get(sample.order_id)?.has(each),
						),
					),
				})
				.where('id', '=', sample.id),
		),
		...orders.shared.map((id) =>
			db
				.updateTable('correction_order')
				.set({
					row_count: sql<number>`(select count(*) from correction_order_row where order_id = ${id})`,
				})
				.where('id', '=', id),
		),
		...(orders.emptied.length === 0
			? []
			: [
					db.deleteFrom('correction_order_sample').where('order_id', 'in', orders.emptied),
					db.deleteFrom('correction_order').where('id', 'in', orders.emptied),
					db.deleteFrom('notice').where('object_id', 'in', orders.emptied),
				]),
		...(decisions.emptied.length === 0
			? []
			: [db.deleteFrom('decision').where('id', 'in', decisions.emptied)]),
		...[...orders.emptied, ...decisions.emptied].map((id) =>
			db.updateTable('audit').set({ detail: '{}' }).where('object', '=', id),
		),
	];
}

/** Decisions or orders that name entries: those with no other entry that stays, and those with others. */
async function touched(
	{ db }: Pick<Storage, 'db'>,
	table: 'decision_item' | 'correction_order_row',
	column: 'decision_id' | 'order_id',
	ids: readonly string[],
): Promise<{ readonly emptied: readonly string[]; readonly shared: readonly string[] }> {
	const { rows } = await sql<{ id: string; others: number }>`
		select ${sql.ref(column)} as id, (select count(*) from ${sql.table(table)} as other
			where ${sql.ref(`other.${column}`)} = ${sql.ref(`named.${column}`)}
			and other.entry_id not in (select entry_id from purged_entry)) as others
		from ${sql.table(table)} as named where entry_id in (${sql.join(ids)}) group by 1`.execute(db);
	return {
		emptied: rows.filter(({ others }) => others === 0).map(({ id }) => id),
		shared: rows.filter(({ others }) => others > 0).map(({ id }) => id),
	};
}
