import { sql } from 'kysely';
import type { Actor } from '#domain/base/actor.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { createId } from '#domain/base/ids.ts';
import type { KeptRule, OrderDecision, OrderState } from '#domain/collaboration/orders.ts';
import { auditLine } from '#server/storage/audit.ts';
import type { Statement, Storage } from '#server/storage/storage.ts';
import type { ShownOrder, ShownSample } from './shown-order.ts';

/** What an order is made with, besides its rows. */
export interface NewOrder {
	readonly id: string;
	readonly rule: KeptRule;
	readonly why: string;
	readonly state: 'draft' | 'submitted';
	readonly rows: number;
}

/** Changes of orders themselves, each with its audit line in one transaction. */
export interface OrderWrites {
	/** Its rows are there already. Gives it the next number of the year. */
	add(order: NewOrder, actor: Actor): Promise<void>;
	submit(order: ShownOrder, actor: Actor): Promise<void>;
	withdraw(order: ShownOrder, actor: Actor): Promise<void>;
	addSample(order: ShownOrder, positions: readonly number[], actor: Actor): Promise<ShownSample>;
	/** What belongs in the transaction in which rows are judged. */
	judged(order: ShownOrder, judging: object, actor: Actor): readonly Statement[];
	/** Writes how it was decided, before any entry changes. */
	decide(order: ShownOrder, decision: OrderDecision, actor: Actor): Promise<void>;
	/** All that was approved is carried out; its proposer is told. */
	finish(order: ShownOrder, decision: OrderDecision, counts: unknown, actor: Actor): Promise<void>;
	/** Rejects it with all its rows; its proposer is told. */
	reject(order: ShownOrder, decision: OrderDecision, actor: Actor): Promise<void>;
	/** Writes that it is taken back, before any entry changes. */
	beginUndo(order: ShownOrder, why: string, actor: Actor): Promise<void>;
	finishUndo(order: ShownOrder, counts: unknown, actor: Actor): Promise<void>;
}

/** Opens the writes. */
export function createOrderWrites({
	storage,
	clock,
	onChanged,
}: {
	storage: Storage;
	clock: Clock;
	/** An order is another one now than the archival store has. */
	onChanged: (orderId: string) => void;
}): OrderWrites {
	const { db } = storage;
	const line = (actor: Actor, action: string, { id, number }: ShownOrder, detail: object = {}): Statement =>
		auditLine(storage, clock, actor, `orders.${action}`, id, { number, ...detail });
	const set = ({ id }: ShownOrder, values: Partial<OrderValues>): Statement =>
		db.updateTable('correction_order').set(values).where('id', '=', id);

	async function changed({ id }: ShownOrder, statements: readonly Statement[]): Promise<void> {
		await storage.batch(statements);
		onChanged(id);
	}

	/** Told with one of its entries, as notices are, and only once. */
	function notice(order: ShownOrder, kind: string, { actorName, why, at }: OrderDecision): Statement {
		const first = db
			.selectFrom('correction_order_row')
			.select('entry_id')
			.where('order_id', '=', order.id)
			.where('position', '=', 0);
		return db
			.insertInto('notice')
			.values({
				id: `${order.id}:${order.proposerId}`,
				person_id: order.proposerId,
				kind,
				entry_id: sql<string>`(${first})`,
				object_id: order.id,
				actor_name: actorName,
				text: `${order.number} ${why}`.trim().slice(0, NOTICE_LENGTH),
				at,
				read_at: null,
			})
			.onConflict((conflict) => conflict.column('id').doNothing());
	}

	return {
		async add({ id, rule, why, state, rows }, actor) {
			const at = isoAt(clock);
			// People number by their own calendar.
			const year = new Date(clock.now()).getFullYear();
			await storage.batch([
				db.insertInto('correction_order').values({
					id,
					year,
					serial: sql<number>`(select coalesce(max(serial), 0) + 1 from correction_order where year = ${year})`,
					rule: JSON.stringify(rule),
					why,
					state,
					proposer_id: actor.id,
					proposer_name: actor.name,
					created_at: at,
					submitted_at: state === 'submitted' ? at : null,
					decision: null,
					decided_at: null,
					finished_at: null,
					undo: null,
					undone_at: null,
					row_count: rows,
				}),
				auditLine(storage, clock, actor, 'orders.create', id, { rule, why, state, rows }),
			]);
			if (state === 'submitted') onChanged(id);
		},
		submit: (order, actor) =>
			changed(order, [
				set(order, { state: 'submitted', submitted_at: isoAt(clock) }),
				line(actor, 'submit', order),
			]),
		withdraw: (order, actor) =>
			changed(order, [set(order, { state: 'withdrawn' }), line(actor, 'withdraw', order)]),
		async addSample(order, positions, actor) {
			const sample = { id: createId<string>(), actorId: actor.id, actorName: actor.name, at: isoAt(clock) };
			await changed(order, [
				set(order, { deposited_as: null }),
				db.insertInto('correction_order_sample').values({
					id: sample.id,
					order_id: order.id,
					actor_id: sample.actorId,
					actor_name: sample.actorName,
					at: sample.at,
					positions: JSON.stringify(positions),
				}),
				line(actor, 'sample', order, { sample: sample.id, positions }),
			]);
			return { ...sample, size: positions.length, positions };
		},
		judged: (order, judging, actor) => [
			set(order, { deposited_as: null }),
			line(actor, 'judge', order, judging),
		],
		decide: (order, decision, actor) =>
			changed(order, [
				set(order, { decision: JSON.stringify(decision), decided_at: decision.at }),
				line(actor, 'approve', order, { decision }),
			]),
		finish: (order, decision, counts, actor) =>
			changed(order, [
				set(order, { state: 'applied', finished_at: isoAt(clock) }),
				line(actor, 'apply', order, { counts }),
				notice(order, 'order-applied', decision),
			]),
		reject: (order, decision, actor) =>
			changed(order, [
				set(order, {
					state: 'rejected',
					decision: JSON.stringify(decision),
					decided_at: decision.at,
					finished_at: decision.at,
				}),
				db
					.updateTable('correction_order_row')
					.set({ state: 'rejected' })
					.where('order_id', '=', order.id)
					.where('state', 'in', ['waiting', 'approved']),
				line(actor, 'reject', order, { decision }),
				notice(order, 'order-rejected', decision),
			]),
		beginUndo: (order, why, actor) =>
			changed(order, [
				set(order, {
					deposited_as: null,
					undo: JSON.stringify({ actorName: actor.name, at: isoAt(clock), why }),
				}),
				line(actor, 'undo', order, { why }),
			]),
		finishUndo: (order, counts, actor) =>
			changed(order, [
				set(order, { state: 'undone', undone_at: isoAt(clock) }),
				line(actor, 'undone', order, { counts }),
			]),
	};
}

/** Characters of a notice. */
const NOTICE_LENGTH = 200;

interface OrderValues {
	readonly state: OrderState;
	readonly submitted_at: string;
	readonly decision: string;
	readonly decided_at: string;
	readonly finished_at: string;
	readonly undo: string;
	readonly undone_at: string;
	/** Null: the archival store has to take it again. */
	readonly deposited_as: null;
}
