import { isoAt, type Clock } from '#domain/base/clock.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { whyNotCampaign } from '#domain/catalogue/checks/campaign.ts';
import type { FieldValue } from '#domain/catalogue/entry.ts';
import { groupChanges, type OrderChange, type OrderGroup } from '#domain/collaboration/orders.ts';
import { demand } from '#domain/permissions/permissions.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import { campaignNamed, stateOf } from '#server/catalogue/checks/campaign-records.ts';
import { filterOf, type CampaignFilter } from '#server/catalogue/checks/campaign-findings.ts';
import type { Findings } from '#server/catalogue/checks/findings.ts';
import { rowsById } from '#server/catalogue/rows.ts';
import { auditLine } from '#server/storage/audit.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { BulkRunning } from '../bulk-edits.ts';
import type { Collaboration } from '../collaboration.ts';
import { applyRows, undoRows, type CarriedRow, type RowOutcome } from '../orders/carry-out.ts';
import type { OrderDesk } from '../orders/order-desk.ts';
import { planFix, type FixPlan } from './fix-plan.ts';

/** Examples and groups a preview shows. */
const SHOWN = 50;
const CHUNK = 500;

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
	readonly isWhole: boolean;
}

interface Parts {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly findings: Findings;
	readonly orders: Pick<OrderDesk, 'createFrom' | 'withdraw' | 'show'>;
	readonly collaboration: Pick<Collaboration, 'editMany'>;
	readonly onChanged: (campaignId: string) => void;
}

/** Takes all suggestions of a list of findings at once: drafts are edited, what is registered goes into one correction order. */
export class FixDesk {
	readonly #parts: Parts;

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/** @throws {Refusal} as {@link apply} */
	async preview(identity: Identity, campaign: string, filter: CampaignFilter): Promise<FixPreview> {
		const { plan } = await this.#plan(identity, campaign, filter);
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
	 * @throws {Refusal} 'catalogue.unknown-campaign' (404) | 'permissions.denied' (403) | 'catalogue.campaign-closed' |
	 * 'catalogue.campaign-running' (409) | 'catalogue.nothing-to-fix' | 'collaboration.order-without-reason'
	 */
	async apply(
		identity: Identity,
		campaign: string,
		filter: CampaignFilter,
		why: string,
		running: BulkRunning = {},
	): Promise<FixOutcome> {
		const { storage, clock } = this.#parts;
		const { plan, row } = await this.#plan(identity, campaign, filter);
		if (plan.edits.length + plan.orders.length === 0) throw new Refusal('catalogue.nothing-to-fix');
		if (plan.orders.length > 0 && why.trim() === '') throw new Refusal('collaboration.order-without-reason');
		const fixId = createId<string>();
		const at = isoAt(clock);
		const by = actorOf(identity);
		const rows = plan.edits.map((change, position): CarriedRow => ({
			...change,
			position,
			elementId: createId<string>(),
			undoElementId: createId<string>(),
		}));
		await this.#writeRows(fixId, rows);
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
			running,
		);
		await this.#writeOutcomes(fixId, carried.rows);
		const edited = carried.rows.filter(({ state }) => state === 'applied').length;
		const order =
			plan.orders.length > 0 && carried.isWhole
				? await this.#parts.orders.createFrom(identity, plan.orders, why, row.number)
				: undefined;
		const ordered = order ? plan.orders.length : 0;
		const left = Object.values(plan.leftOut).reduce((sum, each) => sum + each, 0);
		const notSet = rows.length - edited;
		await storage.db
			.updateTable('campaign_fix')
			.set({ state: 'applied', edited, ordered, left_out: left + notSet, order_id: order?.id ?? null })
			.where('id', '=', fixId)
			.execute();
		this.#parts.onChanged(row.id);
		return { fixId, edited, ordered, orderId: order?.id ?? null, notSet, isWhole: carried.isWhole };
	}

	/**
	 * Brings back what stood before, wherever nobody has set the field since; an order that waits is withdrawn. One that was
	 * carried out is taken back in its own place.
	 * @throws {Refusal} as {@link apply}; 'catalogue.unknown-fix' (404) | 'catalogue.fix-undone' (409)
	 */
	async undo(
		identity: Identity,
		campaign: string,
		fixId: string,
		running: BulkRunning = {},
	): Promise<FixOutcome> {
		const { storage, clock, orders } = this.#parts;
		const { db } = storage;
		const row = await this.#demand(identity, campaign);
		const fix = await db
			.selectFrom('campaign_fix')
			.selectAll()
			.where('id', '=', fixId)
			.where('campaign_id', '=', row.id)
			.executeTakeFirst();
		if (!fix) throw new Refusal('catalogue.unknown-fix', {}, 404);
		if (fix.state === 'undone') throw new Refusal('catalogue.fix-undone', {}, 409);
		const at = isoAt(clock);
		const by = actorOf(identity);
		await storage.batch([
			db.updateTable('campaign_fix').set({ state: 'undoing' }).where('id', '=', fixId),
			auditLine(storage, clock, by, 'checks.undo-fix', row.id, { fixId }),
		]);
		if (fix.order_id !== null) {
			const order = await orders.show(identity.person, fix.order_id);
			if (order.state === 'submitted' && order.proposerId === identity.person.id)
				await orders.withdraw(identity, fix.order_id);
		}
		const carried = await undoRows(
			this.#parts,
			await this.#rowsOf(fixId),
			{ actor: { ...by, via: `rule:${fixId}` }, at },
			running,
		);
		await this.#writeOutcomes(fixId, carried.rows);
		await db
			.updateTable('campaign_fix')
			.set(carried.isWhole ? { state: 'undone', undone_at: at, undone_by: by.name } : { state: 'applied' })
			.where('id', '=', fixId)
			.execute();
		this.#parts.onChanged(row.id);
		return {
			fixId,
			edited: carried.rows.filter(({ state }) => state === 'undone').length,
			ordered: 0,
			orderId: fix.order_id,
			notSet: 0,
			isWhole: carried.isWhole,
		};
	}

	/** What a crash interrupted counts as done as far as it went: all of it can be taken back, or found again by a new run. */
	async cleanUp(): Promise<void> {
		const { db } = this.#parts.storage;
		await db
			.updateTable('campaign_fix')
			.set({ state: 'applied' })
			.where('state', 'in', ['applying', 'undoing'])
			.execute();
		await db
			.deleteFrom('campaign_fix_row')
			.where('fix_id', 'not in', db.selectFrom('campaign_fix').select('id'))
			.execute();
	}

	async #demand(identity: Identity, campaign: string) {
		const { person } = identity;
		const row = await campaignNamed(this.#parts.storage, person, campaign);
		demand(person, 'edit', { kind: 'checks' });
		const refusal = whyNotCampaign('fix', stateOf(row));
		if (refusal) throw refusal;
		return row;
	}

	async #plan(identity: Identity, campaign: string, filter: CampaignFilter) {
		const row = await this.#demand(identity, campaign);
		const whole = await filterOf(this.#parts, identity.person, row, filter);
		return { row, plan: await planFix(this.#parts, identity.person, whole) };
	}

	async #writeRows(fixId: string, rows: readonly CarriedRow[]): Promise<void> {
		const { storage } = this.#parts;
		for (let from = 0; from < rows.length; from += CHUNK)
			await storage.batch([
				storage.db.insertInto('campaign_fix_row').values(
					rows.slice(from, from + CHUNK).map((row) => ({
						fix_id: fixId,
						position: row.position,
						entry_id: row.entryId,
						field: row.field,
						old_value: JSON.stringify(row.from),
						new_value: JSON.stringify(row.to),
						element_id: row.elementId,
						undo_element_id: row.undoElementId,
						state: 'waiting',
						why: '',
					})),
				),
			]);
	}

	async #writeOutcomes(fixId: string, outcomes: readonly RowOutcome[]): Promise<void> {
		const { storage } = this.#parts;
		const update = storage.db
			.updateTable('campaign_fix_row')
			.set({ state: '', why: '' })
			.where('fix_id', '=', '')
			.where('position', '=', 0)
			.compile().sql;
		for (let from = 0; from < outcomes.length; from += CHUNK)
			await storage.bulk([
				{
					sql: update,
					rows: outcomes
						.slice(from, from + CHUNK)
						.map(({ position, state, why }) => [state, why, fixId, position]),
				},
			]);
	}

	async #rowsOf(fixId: string): Promise<CarriedRow[]> {
		const rows = await this.#parts.storage.db
			.selectFrom('campaign_fix_row')
			.selectAll()
			.where('fix_id', '=', fixId)
			// `waiting` after a crash: whether it was set is told by its element.
			.where('state', 'in', ['applied', 'waiting'])
			.orderBy('position')
			.execute();
		return rows.map((row) => ({
			position: row.position,
			entryId: row.entry_id as EntryId,
			field: row.field,
			from: JSON.parse(row.old_value) as FieldValue,
			to: JSON.parse(row.new_value) as FieldValue,
			elementId: row.element_id,
			undoElementId: row.undo_element_id,
		}));
	}
}
