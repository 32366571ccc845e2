import { randomInt } from 'node:crypto';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { createId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import {
	drawSample,
	groupChanges,
	ORDER_ROW_STATES,
	sampleSize,
	whyNotOrder,
	type KeptRule,
	type OrderAction,
	type OrderChange,
	type OrderDecision,
	type OrderRule,
} from '#domain/collaboration/orders.ts';
import { textOf, type FieldValue } from '#domain/catalogue/entry.ts';
import { can, demand, type Person } from '#domain/permissions/permissions.ts';
import type { CodeIndex } from '#server/catalogue/codes/code-index.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { BulkRunning } from '../bulk-edits.ts';
import { demandFreeCodes } from '../codes/free-codes.ts';
import type { Collaboration } from '../collaboration.ts';
import { applyRows, undoRows, type Carried, type CarriedRow } from './carry-out.ts';
import { readOrderFile } from './order-file.ts';
import { planOrder } from './order-plan.ts';
import { previewOrder } from './order-preview.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { createOrderRecords, type OrderRecords } from './order-records.ts';
import { MAX_SHOWN } from './order-groups.ts';
import { createOrderRows, type OrderRows, type RowFilter } from './order-rows.ts';
import { createOrderWrites } from './order-writes.ts';
import type { OrderDetail, OrderOutcome, OrderPreview, ShownOrder, ShownSample } from './shown-order.ts';

/** Correction orders (更正单): made by anybody who may comment, checked and carried out by somebody else. */
export interface OrderDesk extends Pick<OrderRecords, 'list'> {
	/** Reads a list of corrections from a file, as a rule. @throws {Refusal} what `readOrderFile` refuses */
	readFile(name: string, bytes: Buffer): Promise<OrderRule>;
	/** What an order would do; nothing is written. @throws {Refusal} what `planOrder` refuses */
	preview(identity: Identity, rule: OrderRule): Promise<OrderPreview>;
	/**
	 * Makes an order of all that the rule changes now; it waits for somebody else at once unless it is a draft.
	 * @throws {Refusal} 'collaboration.order-without-reason' | 'collaboration.order-empty' and what `planOrder` refuses
	 */
	create(
		identity: Identity,
		rule: OrderRule,
		why: string,
		options?: { readonly isDraft?: boolean | undefined },
	): Promise<OrderDetail>;
	/**
	 * Makes an order of changes that were planned elsewhere, of entries the person may comment on: it waits at once.
	 * @throws {Refusal} 'collaboration.order-without-reason' | 'collaboration.order-empty'
	 */
	createFrom(
		identity: Identity,
		changes: readonly OrderChange[],
		why: string,
		/** What it came from. */
		source: string,
	): Promise<OrderDetail>;
	/** @throws {Refusal} 'collaboration.unknown-order' (404), for hidden ones too; all below throw it as well */
	show(person: Person, order: string): Promise<OrderDetail>;
	rows(
		person: Person,
		order: string,
		filter: RowFilter,
		offset: number,
		limit: number,
	): ReturnType<OrderRows['page']>;
	/** @throws {Refusal} 'collaboration.others-order' (403) | 'collaboration.order-closed' (409) */
	submit(identity: Identity, order: string): Promise<void>;
	withdraw(identity: Identity, order: string): Promise<void>;
	/**
	 * Draws rows at random to be looked at; 5 % unless a size is given.
	 * @throws {Refusal} 'collaboration.own-order' (403) | 'permissions.denied' (403) | 'collaboration.order-closed' (409)
	 */
	sample(identity: Identity, order: string, size?: number): Promise<ShownSample>;
	/** Says of rows, by position or as a group, that they are right or not to be applied. Refuses as {@link sample}. */
	judgeRows(
		identity: Identity,
		order: string,
		which: readonly number[] | { readonly group: number },
		verdict: 'approved' | 'rejected',
		why: string,
	): Promise<void>;
	/**
	 * Rejects the order, or applies every row that is not rejected. Given up, it stops between two batches, and the same
	 * decision again goes on there, as after a crash.
	 * @throws {Refusal} as {@link sample}; 'collaboration.order-busy' (409) | 'collaboration.log-failed' (503), and what
	 * `demandFreeCodes` refuses
	 */
	decide(
		identity: Identity,
		order: string,
		verdict: 'approve' | 'reject',
		why: string,
		running?: BulkRunning,
	): Promise<OrderOutcome>;
	/**
	 * Brings back what stood before, wherever nobody has set the field since.
	 * @throws {Refusal} as {@link decide}; 'collaboration.order-not-applied' (409)
	 */
	undo(identity: Identity, order: string, why: string, running?: BulkRunning): Promise<OrderOutcome>;
	/** Removes what an order left that a crash kept from being written whole. */
	cleanUp(): Promise<void>;
}

/** Opens the desk; what it sets goes through live editing. */
export function createOrderDesk(parts: {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly collaboration: Pick<Collaboration, 'editMany'>;
	readonly index: Pick<CodeIndex, 'settled' | 'finder'>;
	/** An order is another one now than the archival store has. */
	readonly onChanged: (orderId: string) => void;
}): OrderDesk {
	const { storage, clock } = parts;
	const records = createOrderRecords(storage);
	const rows = createOrderRows(storage);
	const writes = createOrderWrites(parts);
	const turns = oneAtATime();

	async function mayCheck(person: Person, { id, isPartial }: ShownOrder): Promise<boolean> {
		const things = isPartial ? [] : await records.thingsOf(id);
		return (
			!isPartial &&
			can(person, 'decide', { kind: 'orders' }) &&
			things.every((thing) => can(person, 'decide', thing))
		);
	}

	/** The order, if this person may do that with it now. */
	async function demandOrder({ person }: Identity, name: string, action: OrderAction): Promise<ShownOrder> {
		const order = await records.find(person, name);
		const isOwnBusiness = action === 'submit' || action === 'withdraw';
		if (isOwnBusiness) demand(person, 'comment', { kind: 'orders' });
		else if (order.proposerId !== person.id && !(await mayCheck(person, order)))
			throw new Refusal('permissions.denied', { action: 'decide', thing: 'orders' }, 403);
		const refusal = whyNotOrder(action, standingOf(order), person.id);
		if (refusal) throw refusal;
		return order;
	}

	/** Asked before, so that nobody is kept waiting by who may not; and again when it is their turn. */
	async function inTurn<T>(
		identity: Identity,
		name: string,
		action: OrderAction,
		run: (order: ShownOrder) => Promise<T>,
		signal?: AbortSignal,
	): Promise<T> {
		const { id } = await demandOrder(identity, name, action);
		const isLong = action === 'approve' || action === 'undo';
		return turns(id, async () => run(await demandOrder(identity, id, action)), { isLong, signal });
	}

	async function detail(person: Person, name: string): Promise<OrderDetail> {
		const order = await records.find(person, name);
		const [states, { groups, count }, samples, isChecker] = await Promise.all([
			rows.counts(person, order.id),
			rows.groups(person, order.id, order.rule),
			rows.samples(person, order.id),
			mayCheck(person, order),
		]);
		const open = (action: OrderAction): boolean => !whyNotOrder(action, standingOf(order), person.id);
		const mayComment = can(person, 'comment', { kind: 'orders' });
		return {
			...order,
			states,
			groups,
			groupCount: count,
			samples,
			can: {
				submit: mayComment && open('submit'),
				withdraw: mayComment && open('withdraw'),
				judge: isChecker && open('judge'),
				decide: isChecker && open('approve'),
				undo: isChecker && open('undo'),
			},
		};
	}

	async function outcomeOf(person: Person, id: string, isWhole: boolean): Promise<OrderOutcome> {
		const [{ number, state }, states] = await Promise.all([
			records.find(person, id),
			rows.counts(person, id),
		]);
		return { id, number, state, isWhole, states };
	}

	/** How it is decided, and on what ground: all rows, or samples of them, and what was found in them. */
	async function decisionOf(
		identity: Identity,
		{ id }: ShownOrder,
		verdict: OrderDecision['verdict'],
		why: string,
	): Promise<OrderDecision> {
		const [samples, rejected, approved] = await Promise.all([
			rows.samples(identity.person, id),
			rows.positions(id, ['rejected']),
			rows.positions(id, ['approved']),
		]);
		const { id: actorId, name: actorName } = actorOf(identity);
		const ground = { samples: samples.map((sample) => sample.id), rejected, approved: approved.length };
		return { verdict, actorId, actorName, at: isoAt(clock), why, ...ground };
	}

	async function approve(
		identity: Identity,
		order: ShownOrder,
		decided: OrderDecision,
		running: BulkRunning,
	) {
		const actor = { ...actorOf(identity), via: `order:${order.id}` };
		const left = await rows.carried(order.id, ['waiting', 'approved']);
		await demandFreeCodes(
			parts,
			identity.person,
			codesSaid(left).map(({ entryId, from, to }) => ({ id: entryId, from: said(from), to: said(to) })),
			order.proposerId,
		);
		// Written first: after a crash the same decision finishes what it began.
		if (!order.decision) await writes.decide(order, decided, actorOf(identity));
		const decision = order.decision ?? decided;
		const carried = await applyRows(parts, left, { actor, at: isoAt(clock) }, running);
		await rows.setOutcomes(order.id, carried.rows);
		if (carried.isWhole) await writes.finish(order, decision, countsOf(carried), actor);
		return outcomeOf(identity.person, order.id, carried.isWhole);
	}

	return {
		list: (person, filter, offset, limit) => records.list(person, filter, offset, Math.min(limit, MAX_SHOWN)),
		readFile: readOrderFile,
		preview: ({ person }, rule) => previewOrder(storage, person, rule),
		async create(identity, rule, why, { isDraft = false } = {}) {
			demandReason(why);
			const { changes } = await planOrder(storage, identity.person, rule);
			if (changes.length === 0) throw new Refusal('collaboration.order-empty');
			const id = createId<string>();
			await rows.write(id, changes, groupChanges(changes, rule).groupOf, () => createId<string>());
			await writes.add(
				{ id, rule: keptRule(rule), why, state: isDraft ? 'draft' : 'submitted', rows: changes.length },
				actorOf(identity),
			);
			return detail(identity.person, id);
		},
		async createFrom(identity, changes, why, source) {
			demand(identity.person, 'comment', { kind: 'orders' });
			demandReason(why);
			if (changes.length === 0) throw new Refusal('collaboration.order-empty');
			const id = createId<string>();
			const rule: KeptRule = { kind: 'rows', file: source, count: changes.length };
			await rows.write(id, changes, groupChanges(changes, rule).groupOf, () => createId<string>());
			await writes.add({ id, rule, why, state: 'submitted', rows: changes.length }, actorOf(identity));
			return detail(identity.person, id);
		},
		show: detail,
		async rows(person, name, filter, offset, limit) {
			return rows.page(person, (await records.find(person, name)).id, filter, offset, limit);
		},
		submit: (identity, name) =>
			inTurn(identity, name, 'submit', (order) => writes.submit(order, actorOf(identity))),
		withdraw: (identity, name) =>
			inTurn(identity, name, 'withdraw', (order) => writes.withdraw(order, actorOf(identity))),
		sample: (identity, name, size) =>
			inTurn(identity, name, 'sample', async (order) => {
				const all = await rows.positions(order.id, ORDER_ROW_STATES);
				const drawn = drawSample(all, sampleSize(all.length, size), (limit) => randomInt(limit));
				return writes.addSample(order, drawn, actorOf(identity));
			}),
		judgeRows: (identity, name, which, verdict, why) =>
			inTurn(identity, name, 'judge', async (order) => {
				if (verdict === 'rejected') demandReason(why);
				const actor = actorOf(identity);
				const along = writes.judged(order, { which, verdict, why }, actor);
				await rows.judge(order.id, which, verdict, { why, actor, along });
				parts.onChanged(order.id);
			}),
		decide: (identity, name, verdict, why, running = {}) =>
			inTurn(
				identity,
				name,
				verdict,
				async (order) => {
					if (verdict === 'reject') demandReason(why);
					const decision = await decisionOf(identity, order, verdict, why);
					if (verdict === 'approve') return approve(identity, order, decision, running);
					await writes.reject(order, decision, actorOf(identity));
					return outcomeOf(identity.person, order.id, true);
				},
				running.signal,
			),
		undo: (identity, name, why, running = {}) =>
			inTurn(
				identity,
				name,
				'undo',
				async (order) => {
					const actor = { ...actorOf(identity), via: `undo-order:${order.id}` };
					const applied = await rows.carried(order.id, ['applied']);
					await demandFreeCodes(
						parts,
						identity.person,
						codesSaid(applied).map(({ entryId, from, to }) => ({
							id: entryId,
							from: said(to),
							to: said(from),
						})),
						order.proposerId,
					);
					if (!order.undo) await writes.beginUndo(order, why, actorOf(identity));
					const carried = await undoRows(parts, applied, { actor, at: isoAt(clock) }, running);
					await rows.setOutcomes(order.id, carried.rows);
					if (carried.isWhole) await writes.finishUndo(order, countsOf(carried), actor);
					return outcomeOf(identity.person, order.id, carried.isWhole);
				},
				running.signal,
			),
		cleanUp: rows.cleanUp,
	};
}

function codesSaid(rows: readonly CarriedRow[]): readonly CarriedRow[] {
	return rows.filter(({ field }) => field === 'referenceCode');
}

function said(value: FieldValue): string {
	return textOf(value).trim();
}

function standingOf({ state, proposerId, decision }: ShownOrder) {
	return { state, proposerId, isUnderWay: state === 'submitted' && decision !== null };
}

function demandReason(why: string): void {
	if (why.trim() === '') throw new Refusal('collaboration.order-without-reason');
}

function keptRule(rule: OrderRule): KeptRule {
	return rule.kind === 'rows' ? { kind: 'rows', file: rule.file, count: rule.rows.length } : rule;
}

function countsOf({ rows }: Carried): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const { state } of rows) counts[state] = (counts[state] ?? 0) + 1;
	return counts;
}
