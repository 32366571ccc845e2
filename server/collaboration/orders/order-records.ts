import { sql, type ExpressionBuilder, type Selectable, type SelectQueryBuilder } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { KeptRule, OrderDecision, OrderState } from '#domain/collaboration/orders.ts';
import { demand, visibleEntries, type EntryThing, type Person } from '#domain/permissions/permissions.ts';
import { entryThing, THING_COLUMNS } from '#server/catalogue/entry-thing.ts';
import type { CorrectionOrderTable, Schema } from '#server/storage/schema.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { ShownOrder } from './shown-order.ts';

/** Which orders are asked for: one's own, those that wait for one's decision, or all one may see. */
export interface OrderFilter {
	readonly show?: 'mine' | 'waiting' | 'all' | undefined;
	readonly state?: OrderState | undefined;
}

/** Reads of orders. Every answer speaks only of entries the person works with. */
export interface OrderRecords {
	/** Newest first. */
	list(
		person: Person,
		filter: OrderFilter,
		offset: number,
		limit: number,
	): Promise<{ readonly total: number; readonly offset: number; readonly orders: readonly ShownOrder[] }>;
	/**
	 * An order by id or number.
	 * @throws {Refusal} 'collaboration.unknown-order' (404), also for one about others' fonds and somebody else's draft
	 */
	find(person: Person, name: string): Promise<ShownOrder>;
	/** What the entries of an order are for the permission question, each kind once. */
	thingsOf(orderId: string): Promise<readonly EntryThing[]>;
}

type Row = Selectable<CorrectionOrderTable>;
type OrderQuery = SelectQueryBuilder<Schema, 'correction_order', object>;

/** Rows of an order that the person may see, with their entries. */
export function orderRowsFor({ db }: Pick<Storage, 'db'>, person: Person, orderId: string) {
	const query = db
		.selectFrom('correction_order_row as row')
		.leftJoin('entry', 'entry.id', 'row.entry_id')
		.where('row.order_id', '=', orderId);
	const { fonds } = visibleEntries(person);
	if (fonds === null) return query;
	return fonds.length === 0 ? query.where(sql<boolean>`1 = 0`) : query.where('entry.fonds_id', 'in', fonds);
}

/** Opens the records. */
export function createOrderRecords(storage: Pick<Storage, 'db'>): OrderRecords {
	const { db } = storage;

	/** Orders that may be told of at all: with a row the person works with, and no draft of somebody else. */
	function seenBy(person: Person): OrderQuery {
		demand(person, 'see', { kind: 'orders' });
		const query = db
			.selectFrom('correction_order')
			.where((where) => where.or([where('state', '!=', 'draft'), where('proposer_id', '=', person.id)]));
		const { fonds } = visibleEntries(person);
		return fonds === null
			? query
			: query.where((where) => where.exists(rowsWithin(where, fonds).select('row.position')));
	}

	/** How many rows of each order the person works with; undefined: all. */
	async function countsFor(
		person: Person,
		ids: readonly string[],
	): Promise<ReadonlyMap<string, number> | undefined> {
		const { fonds } = visibleEntries(person);
		if (fonds === null) return undefined;
		if (fonds.length === 0 || ids.length === 0) return new Map();
		const rows = await db
			.selectFrom('correction_order_row as row')
			.innerJoin('entry', 'entry.id', 'row.entry_id')
			.select((select) => ['row.order_id', select.fn.countAll<number>().as('count')])
			.where('row.order_id', 'in', ids)
			.where('entry.fonds_id', 'in', fonds)
			.groupBy('row.order_id')
			.execute();
		return new Map(rows.map(({ order_id, count }) => [order_id, count]));
	}

	return {
		async list(person, { show, state }, offset, limit) {
			let query = seenBy(person);
			if (state !== undefined) query = query.where('state', '=', state);
			if (show === 'mine') query = query.where('proposer_id', '=', person.id);
			if (show === 'waiting') {
				query = query.where('state', '=', 'submitted').where('proposer_id', '!=', person.id);
				const { fonds } = visibleEntries(person);
				// One that concerns others too does not wait for this person.
				if (fonds !== null)
					query = query.where((where) =>
						where(
							'row_count',
							'=',
							rowsWithin(where, fonds).select((select) => select.fn.countAll<number>().as('count')),
						),
					);
			}
			const [{ count }, rows] = await Promise.all([
				query.select((select) => select.fn.countAll<number>().as('count')).executeTakeFirstOrThrow(),
				query
					.selectAll()
					.orderBy('created_at', 'desc')
					.orderBy('id', 'desc')
					.offset(offset)
					.limit(limit)
					.execute(),
			]);
			const counts = await countsFor(
				person,
				rows.map(({ id }) => id),
			);
			return { total: count, offset, orders: rows.map((row) => shownOf(row, person, counts)) };
		},
		async find(person, name) {
			const query = seenBy(person).selectAll();
			const number = /^(\d{4})-0*(\d{1,9})$/.exec(name.trim());
			const row = await (
				number
					? query.where('year', '=', Number(number[1])).where('serial', '=', Number(number[2]))
					: query.where('id', '=', name.trim().toLowerCase())
			).executeTakeFirst();
			if (!row) throw new Refusal('collaboration.unknown-order', { order: name.slice(0, 60) }, 404);
			return shownOf(row, person, await countsFor(person, [row.id]));
		},
		async thingsOf(orderId) {
			const rows = await db
				.selectFrom('correction_order_row as row')
				.innerJoin('entry', 'entry.id', 'row.entry_id')
				.select(THING_COLUMNS.map((column) => `entry.${column}` as const))
				.distinct()
				.where('row.order_id', '=', orderId)
				.execute();
			return rows.map(entryThing);
		},
	};
}

function rowsWithin(where: ExpressionBuilder<Schema, 'correction_order'>, fonds: readonly EntryId[]) {
	const query = where
		.selectFrom('correction_order_row as row')
		.innerJoin('entry', 'entry.id', 'row.entry_id')
		.whereRef('row.order_id', '=', 'correction_order.id');
	return fonds.length === 0 ? query.where(sql<boolean>`1 = 0`) : query.where('entry.fonds_id', 'in', fonds);
}

function shownOf(row: Row, person: Person, counts: ReadonlyMap<string, number> | undefined): ShownOrder {
	const rows = counts ? (counts.get(row.id) ?? 0) : row.row_count;
	const isPartial = rows < row.row_count;
	// What was said of all may speak of others' fonds.
	const isTold = !isPartial || row.proposer_id === person.id;
	const state = row.state as OrderState;
	const decision = row.decision === null ? null : (JSON.parse(row.decision) as OrderDecision);
	const undo = row.undo === null ? null : (JSON.parse(row.undo) as NonNullable<ShownOrder['undo']>);
	return {
		id: row.id,
		number: `${row.year}-${String(row.serial).padStart(4, '0')}`,
		state,
		isUnderWay: (state === 'submitted' && decision !== null) || (state === 'applied' && undo !== null),
		isPartial,
		why: isTold ? row.why : '',
		rule: isTold ? (JSON.parse(row.rule) as KeptRule) : null,
		proposerId: row.proposer_id,
		proposerName: row.proposer_name,
		createdAt: row.created_at,
		submittedAt: row.submitted_at,
		decision:
			decision && !isTold ? { ...decision, why: '', samples: [], rejected: [], approved: 0 } : decision,
		finishedAt: row.finished_at,
		undo: undo && !isTold ? { ...undo, why: '' } : undo,
		undoneAt: row.undone_at,
		rows,
	};
}
