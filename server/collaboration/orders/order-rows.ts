import type { Actor } from '#domain/base/actor.ts';
import type { EntryId } from '#domain/base/ids.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import type { KeptRule, OrderChange, OrderRowState } from '#domain/collaboration/orders.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import type { Statement, Storage } from '#server/storage/storage.ts';
import type { CarriedRow, RowOutcome } from './carry-out.ts';
import { MAX_SHOWN, orderGroups } from './order-groups.ts';
import { orderRowsFor } from './order-records.ts';
import type { ShownGroup, ShownOrderRow, ShownSample } from './shown-order.ts';

/** Rows written in one transaction. */
const ROWS_AT_ONCE = 1000;

/** Which rows are asked for. */
export interface RowFilter {
	readonly group?: number | undefined;
	readonly state?: OrderRowState | undefined;
	/** Id of a sample. */
	readonly sample?: string | undefined;
}

type RowQuery = ReturnType<typeof orderRowsFor>;

export type StateCounts = Readonly<Partial<Record<OrderRowState, number>>>;

/** The rows of orders: written once, then only their states change. */
export interface OrderRows {
	/** Writes the rows of an order that is not there yet. */
	write(
		orderId: string,
		changes: readonly OrderChange[],
		groupOf: readonly number[],
		idOf: () => string,
	): Promise<void>;
	/** Removes rows whose order was never written. */
	cleanUp(): Promise<void>;
	/** In the order of their positions. */
	page(
		person: Person,
		orderId: string,
		filter: RowFilter,
		offset: number,
		limit: number,
	): Promise<{ readonly total: number; readonly offset: number; readonly rows: readonly ShownOrderRow[] }>;
	counts(person: Person, orderId: string): Promise<StateCounts>;
	groups(
		person: Person,
		orderId: string,
		rule: KeptRule | null,
	): Promise<{ readonly groups: readonly ShownGroup[]; readonly count: number }>;
	samples(person: Person, orderId: string): Promise<readonly ShownSample[]>;
	/** All rows in these states, whoever asks. */
	carried(orderId: string, states: readonly OrderRowState[]): Promise<readonly CarriedRow[]>;
	/** All positions in these states, whoever asks. */
	positions(orderId: string, states: readonly OrderRowState[]): Promise<readonly number[]>;
	setOutcomes(orderId: string, outcomes: readonly RowOutcome[]): Promise<void>;
	/** Marks what was looked at, rows by position or a group, with the audit line that says so. */
	judge(
		orderId: string,
		which: readonly number[] | { readonly group: number },
		verdict: 'approved' | 'rejected',
		judging: { readonly why: string; readonly actor: Actor; readonly along: readonly Statement[] },
	): Promise<void>;
}

/** Opens the rows. */
export function createOrderRows(storage: Storage): OrderRows {
	const { db } = storage;

	async function sampled(orderId: string): Promise<readonly ShownSample[]> {
		const rows = await db
			.selectFrom('correction_order_sample')
			.selectAll()
			.where('order_id', '=', orderId)
			.orderBy('at')
			.orderBy('id')
			.execute();
		return rows.map((row) => {
			const positions = JSON.parse(row.positions) as number[];
			return {
				id: row.id,
				actorId: row.actor_id,
				actorName: row.actor_name,
				at: row.at,
				size: positions.length,
				positions,
			};
		});
	}

	/** Positions of a sample's rows that the query finds. */
	async function drawnOf(query: RowQuery, orderId: string, sample: string): Promise<number[]> {
		const drawn = new Set((await sampled(orderId)).find(({ id }) => id === sample)?.positions);
		const rows = await query.select('row.position').orderBy('row.position').execute();
		return rows.flatMap(({ position }) => (drawn.has(position) ? position : []));
	}

	async function countOf(query: RowQuery): Promise<number> {
		const { count } = await query
			.select((select) => select.fn.countAll<number>().as('count'))
			.executeTakeFirstOrThrow();
		return count;
	}

	return {
		async write(orderId, changes, groupOf, idOf) {
			const insert = db
				.insertInto('correction_order_row')
				.values({
					order_id: '',
					position: 0,
					group_no: 0,
					entry_id: '',
					field: '',
					old_value: '',
					new_value: '',
					element_id: '',
					undo_element_id: '',
					state: '',
					why: '',
					judged_by: null,
				})
				.compile().sql;
			for (let from = 0; from < changes.length; from += ROWS_AT_ONCE)
				await storage.bulk([
					{
						sql: insert,
						rows: changes
							.slice(from, from + ROWS_AT_ONCE)
							.map((change, at) => [
								orderId,
								from + at,
								groupOf[from + at],
								change.entryId,
								change.field,
								JSON.stringify(change.from),
								JSON.stringify(change.to),
								idOf(),
								idOf(),
								'waiting',
								'',
								null,
							]),
					},
				]);
		},
		async cleanUp() {
			await db
				.deleteFrom('correction_order_row')
				.where('order_id', 'not in', db.selectFrom('correction_order').select('id'))
				.execute();
		},
		async page(person, orderId, { group, state, sample }, offset, limit) {
			let query = orderRowsFor(storage, person, orderId);
			if (group !== undefined) query = query.where('row.group_no', '=', group);
			if (state !== undefined) query = query.where('row.state', '=', state);
			const size = Math.min(limit, MAX_SHOWN);
			// A sample may hold more rows than a statement takes parameters.
			const drawn = sample === undefined ? undefined : await drawnOf(query, orderId, sample);
			const [count, rows] = await Promise.all([
				drawn ? drawn.length : countOf(query),
				(drawn
					? query.where('row.position', 'in', [-1, ...drawn.slice(offset, offset + size)])
					: query.offset(offset).limit(size)
				)
					.select([
						'row.position',
						'row.entry_id',
						'row.field',
						'row.old_value',
						'row.new_value',
						'row.group_no',
						'row.state',
						'row.why',
						'row.judged_by',
						'entry.title',
						'entry.date_text',
						'entry.reference_code',
						'entry.profile',
						'entry.level',
					])
					.orderBy('row.position')
					.execute(),
			]);
			return {
				total: count,
				offset,
				rows: rows.map((row): ShownOrderRow => ({
					position: row.position,
					entryId: row.entry_id as EntryId,
					title: (row.title || row.date_text) ?? '',
					referenceCode: row.reference_code ?? '',
					profile: row.profile ?? '',
					level: row.level ?? '',
					field: row.field,
					from: JSON.parse(row.old_value) as FieldValue,
					to: JSON.parse(row.new_value) as FieldValue,
					group: row.group_no,
					state: row.state as OrderRowState,
					why: row.why,
					judgedBy: row.judged_by,
				})),
			};
		},
		async counts(person, orderId) {
			const rows = await orderRowsFor(storage, person, orderId)
				.select((select) => ['row.state', select.fn.countAll<number>().as('count')])
				.groupBy('row.state')
				.execute();
			return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
		},
		groups: (person, orderId, rule) => orderGroups(storage, person, orderId, rule),
		async samples(person, orderId) {
			const samples = await sampled(orderId);
			if (person.fonds === null || samples.length === 0) return samples;
			const seen = new Set(
				(await orderRowsFor(storage, person, orderId).select('row.position').execute()).map(
					({ position }) => position,
				),
			);
			return samples.map((sample) => {
				const positions = sample.positions.filter((each) => seen.has(each));
				return { ...sample, size: positions.length, positions };
			});
		},
		async carried(orderId, states) {
			const rows = await db
				.selectFrom('correction_order_row')
				.selectAll()
				.where('order_id', '=', orderId)
				.where('state', 'in', states)
				.orderBy('position')
				.execute();
			return rows.map((row) => ({
				position: row.position,
				entryId: row.entry_id as EntryId,
				field: row.field as FieldKey,
				from: JSON.parse(row.old_value) as FieldValue,
				to: JSON.parse(row.new_value) as FieldValue,
				elementId: row.element_id,
				undoElementId: row.undo_element_id,
			}));
		},
		async positions(orderId, states) {
			const rows = await db
				.selectFrom('correction_order_row')
				.select('position')
				.where('order_id', '=', orderId)
				.where('state', 'in', states)
				.orderBy('position')
				.execute();
			return rows.map(({ position }) => position);
		},
		async setOutcomes(orderId, outcomes) {
			const update = db
				.updateTable('correction_order_row')
				.set({ state: '', why: '' })
				.where('order_id', '=', '')
				.where('position', '=', 0)
				.compile().sql;
			for (let from = 0; from < outcomes.length; from += ROWS_AT_ONCE)
				await storage.bulk([
					{
						sql: update,
						rows: outcomes
							.slice(from, from + ROWS_AT_ONCE)
							.map(({ position, state, why }) => [state, why, orderId, position]),
					},
				]);
		},
		async judge(orderId, which, verdict, { why, actor, along }) {
			const parts = 'group' in which ? [which] : chunksOf(which);
			const judged = (part: (typeof parts)[number]) => {
				const query = db
					.updateTable('correction_order_row')
					.set({ state: verdict, why, judged_by: actor.name })
					.where('order_id', '=', orderId)
					.where('state', 'in', JUDGED);
				return 'group' in part
					? query.where('group_no', '=', part.group)
					: query.where('position', 'in', part);
			};
			await storage.batch([...parts.map(judged), ...along]);
		},
	};
}

/** States a row has before the order is decided. */
const JUDGED: readonly OrderRowState[] = ['waiting', 'approved', 'rejected'];

function chunksOf(positions: readonly number[]): (readonly number[])[] {
	return Array.from({ length: Math.ceil(positions.length / ROWS_AT_ONCE) }, (_, at) =>
		positions.slice(at * ROWS_AT_ONCE, (at + 1) * ROWS_AT_ONCE),
	);
}
