import { isoAt, type Clock } from '#domain/base/clock.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { whyNotCampaign } from '#domain/catalogue/checks/campaign.ts';
import { groupChanges, type OrderChange, type OrderGroup } from '#domain/collaboration/orders.ts';
import { demand, denied, type EntryThing } from '#domain/permissions/permissions.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import { campaignNamed, stateOf, type CampaignRow } from '#server/catalogue/checks/campaign-records.ts';
import { filterOf, type CampaignFilter } from '#server/catalogue/checks/campaign-findings.ts';
import type { Findings } from '#server/catalogue/checks/findings.ts';
import { rowsById } from '#server/catalogue/rows.ts';
import { auditLine } from '#server/storage/audit.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { Collaboration } from '../collaboration.ts';
import { applyRows, undoRows, type CarriedRow } from '../orders/carry-out.ts';
import { oneAtATime } from '../orders/one-at-a-time.ts';
import type { OrderDesk } from '../orders/order-desk.ts';
import { mayTake, planFix, type FixPlan } from './fix-plan.ts';
import {
	dropUnreached,
	fixRows,
	settleInterrupted,
	STANDING,
	writeFixRows,
	writeOutcomes,
} from './fix-rows.ts';
import { whileSetting, type FixRunning } from './fix-running.ts';

/** Examples and groups a preview shows. */
const SHOWN = 50;

/** What taking all suggestions would do. */
export interface FixPreview {
	readonly edited: number;
	readonly ordered: number;
	readonly leftOut: FixPlan['leftOut'];
	readonly isPartial: boolean;
	readonly groups: readonly OrderGroup[];
	readonly groupCount: number;
	readonly examples: readonly (OrderChange & {
		readonly title: string;
		readonly referenceCode: string;
		readonly profile: string;
		readonly isOrdered: boolean;
	})[];
}

/** What was done. */
export interface FixOutcome {
	readonly fixId: string;
	readonly edited: number;
	readonly ordered: number;
	readonly orderId: string | null;
	/** Values that were not set after all. */
	readonly notSet: number;
	/** What was not reached when it was given up. */
	readonly left: number;
	readonly isWhole: boolean;
}

/** Suggestions as they are taken. */
interface TakenFix {
	readonly fixId: string;
	readonly row: CampaignRow;
	readonly plan: FixPlan;
	readonly filter: CampaignFilter;
	readonly why: string;
}

interface Parts {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly findings: Findings;
	/** Makes the findings of entries those that hold now. */
	readonly recheck: (entryIds: readonly string[]) => Promise<void>;
	readonly orders: Pick<OrderDesk, 'createFrom' | 'withdraw' | 'show'>;
	readonly collaboration: Pick<Collaboration, 'editMany'>;
	readonly thingsOf: (ids: readonly EntryId[]) => Promise<ReadonlyMap<EntryId, EntryThing>>;
	readonly onChanged: (campaignId: string) => void;
}

/** Takes all suggestions of a list of findings at once: drafts are edited, what is registered goes into one correction order. */
export class FixDesk {
	readonly #parts: Parts;
	readonly #turns = oneAtATime(() => new Refusal('catalogue.fix-running', {}, 409));

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/** @throws {Refusal} as {@link apply} */
	async preview(
		identity: Identity,
		campaign: string,
		filter: CampaignFilter,
		running: FixRunning = {},
	): Promise<FixPreview> {
		const { plan } = await this.#plan(identity, campaign, filter, running);
		const all = [...plan.edits, ...plan.orders];
		const { groups } = groupChanges(all, { kind: 'rows' });
		const examples = all.slice(0, SHOWN);
		const rows = await rowsById(this.#parts.storage, identity.person, [
			...new Set(examples.map(({ entryId }) => entryId)),
		]);
		const byId = new Map(rows.map((row) => [row.id, row]));
		return {
			edited: plan.edits.length,
			ordered: plan.orders.length,
			leftOut: plan.leftOut,
			isPartial: plan.isPartial,
			groups: groups.slice(0, SHOWN),
			groupCount: groups.length,
			examples: examples.map((change, at) => ({
				...change,
				title: byId.get(change.entryId)?.title ?? '',
				referenceCode: byId.get(change.entryId)?.referenceCode ?? '',
				profile: byId.get(change.entryId)?.profile ?? 'dat18',
				isOrdered: at >= plan.edits.length,
			})),
		};
	}

	/**
	 * Given up while suggestions are looked at, nothing is set; later, it stops between two batches: what was set stays and
	 * can be taken back, no order is made, and what is left can be taken by the same again.
	 * @throws {Refusal} 'catalogue.unknown-campaign' (404) | 'permissions.denied' (403) | 'catalogue.campaign-closed' |
	 * 'catalogue.campaign-running' (409) | 'catalogue.nothing-to-fix' | 'collaboration.order-without-reason' |
	 * 'cli.cancelled'
	 */
	async apply(
		identity: Identity,
		campaign: string,
		filter: CampaignFilter,
		why: string,
		running: FixRunning = {},
	): Promise<FixOutcome> {
		const { plan, row } = await this.#plan(identity, campaign, filter, running);
		if (plan.edits.length + plan.orders.length === 0) throw new Refusal('catalogue.nothing-to-fix');
		if (plan.orders.length > 0 && why.trim() === '') throw new Refusal('collaboration.order-without-reason');
		const fixId = createId<string>();
		return this.#inTurn(fixId, running, () =>
			this.#carryOut(identity, { fixId, row, plan, filter, why }, running),
		);
	}

	async #carryOut(
		identity: Identity,
		{ fixId, row, plan, filter, why }: TakenFix,
		running: FixRunning,
	): Promise<FixOutcome> {
		const { storage, clock } = this.#parts;
		const at = isoAt(clock);
		const by = actorOf(identity);
		const rows = plan.edits.map((change, position): CarriedRow => ({
			...change,
			position,
			elementId: createId<string>(),
			undoElementId: createId<string>(),
		}));
		await writeFixRows(storage, fixId, rows);
		// Written before anything is set: whatever happens on the way, all of it can be taken back.
		await storage.batch([
			storage.db.insertInto('campaign_fix').values({
				id: fixId,
				campaign_id: row.id,
				rule: filter.rule ?? '',
				fonds_id: filter.fondsId ?? '',
				state: 'applying',
				order_id: null,
				actor_id: by.id,
				actor_name: by.name,
				at,
				undone_at: null,
				undone_by: null,
			}),
			auditLine(storage, clock, by, 'checks.fix', row.id, {
				...filter,
				edits: plan.edits.length,
				orders: plan.orders.length,
				why,
			}),
		]);
		const carried = await applyRows(
			this.#parts,
			rows,
			{ actor: { ...by, via: `rule:${fixId}` }, at },
			whileSetting(running),
		);
		await writeOutcomes(storage, fixId, carried.rows);
		await dropUnreached(storage, fixId);
		const edited = carried.rows.filter(({ state }) => state === 'applied').length;
		const order =
			plan.orders.length > 0 && carried.isWhole
				? await this.#parts.orders.createFrom(identity, plan.orders, why, row.number)
				: undefined;
		const ordered = order ? plan.orders.length : 0;
		const leftOut = Object.values(plan.leftOut).reduce((sum, each) => sum + each, 0);
		const left = carried.left + plan.orders.length - ordered;
		const notSet = rows.length - edited - carried.left;
		await storage.db
			.updateTable('campaign_fix')
			.set({
				state: 'applied',
				edited,
				ordered,
				left_out: leftOut + notSet + left,
				order_id: order?.id ?? null,
			})
			.where('id', '=', fixId)
			.execute();
		this.#parts.onChanged(row.id);
		return { fixId, edited, ordered, orderId: order?.id ?? null, notSet, left, isWhole: carried.isWhole };
	}

	/**
	 * Brings back what stood before, wherever nobody has set the field since; an order that waits is withdrawn, by who made
	 * it. One that was carried out is taken back in its own place. Given up, it stops between two batches, and the same
	 * again goes on there.
	 * @throws {Refusal} as {@link apply}; 'catalogue.unknown-fix' (404) | 'catalogue.fix-undone' | 'catalogue.fix-running' |
	 * 'catalogue.fix-order-waits' (409); 'permissions.denied' (403) when one of the entries is not theirs to change
	 */
	async undo(
		identity: Identity,
		campaign: string,
		fixId: string,
		running: FixRunning = {},
	): Promise<FixOutcome> {
		const row = await this.#demand(identity, campaign);
		return this.#inTurn(fixId, running, () => this.#takeBack(identity, row, fixId, running));
	}

	async #takeBack(
		identity: Identity,
		row: CampaignRow,
		fixId: string,
		running: FixRunning,
	): Promise<FixOutcome> {
		const { storage, clock } = this.#parts;
		const { db } = storage;
		const fix = await db
			.selectFrom('campaign_fix')
			.selectAll()
			.where('id', '=', fixId)
			.where('campaign_id', '=', row.id)
			.executeTakeFirst();
		if (!fix) throw new Refusal('catalogue.unknown-fix', {}, 404);
		if (fix.state === 'undone') throw new Refusal('catalogue.fix-undone', {}, 409);
		const rows = await fixRows(storage, fixId);
		await this.#demandRows(identity, rows);
		if (fix.order_id !== null) await this.#withdraw(identity, fix.order_id);
		const at = isoAt(clock);
		const by = actorOf(identity);
		await storage.batch([
			db.updateTable('campaign_fix').set({ state: 'undoing' }).where('id', '=', fixId),
			auditLine(storage, clock, by, 'checks.undo-fix', row.id, { fixId }),
		]);
		const carried = await undoRows(
			this.#parts,
			rows,
			{ actor: { ...by, via: `rule:${fixId}` }, at },
			whileSetting(running),
		);
		await writeOutcomes(storage, fixId, carried.rows);
		await db
			.updateTable('campaign_fix')
			.set(
				carried.isWhole
					? { state: 'undone', undone_at: at, undone_by: by.name }
					: { state: 'applied', edited: STANDING },
			)
			.where('id', '=', fixId)
			.execute();
		this.#parts.onChanged(row.id);
		return {
			fixId,
			edited: carried.rows.filter(({ state }) => state === 'undone').length,
			ordered: 0,
			orderId: fix.order_id,
			notSet: 0,
			left: carried.left,
			isWhole: carried.isWhole,
		};
	}

	/** What a crash interrupted counts as done as far as it went: all of it can be taken back, or found again by a new run. */
	async cleanUp(): Promise<void> {
		const { db } = this.#parts.storage;
		await settleInterrupted(this.#parts.storage);
		await db
			.deleteFrom('campaign_fix_row')
			.where('fix_id', 'not in', db.selectFrom('campaign_fix').select('id'))
			.execute();
	}

	/** What is being set is not taken back at the same time. What fails on the way can be taken back at once. */
	#inTurn<T>(fixId: string, { signal }: FixRunning, run: () => Promise<T>): Promise<T> {
		const settled = async (): Promise<T> => {
			try {
				return await run();
			} catch (error) {
				// Where that fails, too, the next start does it.
				await Promise.allSettled([settleInterrupted(this.#parts.storage, fixId)]);
				throw error;
			}
		};
		return this.#turns(fixId, settled, { isLong: true, signal });
	}

	/** All or nothing: what is half taken back nobody could tell from what was changed since. */
	async #demandRows({ person }: Identity, rows: readonly CarriedRow[]): Promise<void> {
		const things = await this.#parts.thingsOf([...new Set(rows.map(({ entryId }) => entryId))]);
		for (const thing of things.values()) {
			// Nothing is set in it any more, whoever asks.
			if (thing.isPurged) continue;
			if (!mayTake(person, thing)) throw denied(person, 'edit', thing);
		}
	}

	async #withdraw(identity: Identity, orderId: string): Promise<void> {
		const { orders } = this.#parts;
		const order = await orders.show(identity.person, orderId);
		if (order.state !== 'submitted') return;
		// Approved later, it would set again what was taken back.
		if (order.proposerId !== identity.person.id)
			throw new Refusal('catalogue.fix-order-waits', { order: order.number, name: order.proposerName }, 409);
		await orders.withdraw(identity, orderId);
	}

	async #demand(identity: Identity, campaign: string): Promise<CampaignRow> {
		const { person } = identity;
		const row = await campaignNamed(this.#parts.storage, person, campaign);
		demand(person, 'edit', { kind: 'checks' });
		const refusal = whyNotCampaign('fix', stateOf(row));
		if (refusal) throw refusal;
		return row;
	}

	async #plan(identity: Identity, campaign: string, filter: CampaignFilter, running: FixRunning) {
		const row = await this.#demand(identity, campaign);
		const whole = await filterOf(this.#parts, identity.person, row, filter);
		return { row, plan: await planFix(this.#parts, identity.person, whole, running) };
	}
}
