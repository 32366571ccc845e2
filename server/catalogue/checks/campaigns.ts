import { sql } from 'kysely';
import { dayAt, isoAt, type Clock } from '#domain/base/clock.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { MAX_CAMPAIGN_NAME, whyNotCampaign, type CampaignAction } from '#domain/catalogue/checks/campaign.ts';
import type { RuleId } from '#domain/catalogue/rules/rule.ts';
import { can, demand, type EntryThing, type Person } from '#domain/permissions/permissions.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import { auditLine } from '#server/storage/audit.ts';
import type { Storage } from '#server/storage/storage.ts';
import { campaignCsv, campaignFindings, scopeOf, type CampaignFilter } from './campaign-findings.ts';
import {
	assignmentsOf,
	campaignNamed,
	campaignsFor,
	fixesOf,
	rulesOf,
	runsOf,
	stateOf,
	type CampaignRow,
} from './campaign-records.ts';
import type { Checker } from './checker.ts';
import { CampaignRuns, type CampaignProgress } from './campaign-runs.ts';
import type { FindingPage, Findings } from './findings.ts';
import type { CampaignDetail, ShownCampaign } from './shown-campaign.ts';

/** What a campaign is made of. */
export interface NewCampaign {
	readonly name: string;
	/** An entry with all below it; null for the whole catalogue. */
	readonly under: EntryId | null;
	/** Null for all. */
	readonly rules: readonly RuleId[] | null;
}

interface Parts {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly checker: Checker;
	readonly findings: Findings;
	readonly thingOf: (id: EntryId) => Promise<EntryThing | undefined>;
	/** It stands otherwise now than the archival store has it. */
	readonly onChanged: (campaignId: string) => void;
}

/** Campaigns: a scope and rules, checked in the background, and worked off by rule, fonds and person. */
export class Campaigns {
	readonly #parts: Parts;
	readonly #runs: CampaignRuns;

	constructor(parts: Parts) {
		this.#parts = parts;
		this.#runs = new CampaignRuns(parts);
	}

	async list(
		person: Person,
		offset: number,
		limit: number,
	): Promise<{
		readonly total: number;
		readonly offset: number;
		readonly campaigns: readonly ShownCampaign[];
	}> {
		const { total, rows } = await campaignsFor(this.#parts.storage, person, {
			offset,
			limit: Math.min(limit, 200),
		});
		return { total, offset, campaigns: await Promise.all(rows.map((row) => this.#shown(person, row))) };
	}

	/**
	 * Begins a campaign; it runs as soon as no other does.
	 * @throws {Refusal} 'permissions.denied' (403) | 'catalogue.unknown-entry' (404) | 'catalogue.campaign-name'
	 */
	async create(identity: Identity, { name, under, rules }: NewCampaign): Promise<CampaignDetail> {
		const { person } = identity;
		demand(person, 'edit', { kind: 'checks' });
		if (under === null) {
			// The whole catalogue holds what others work with.
			if (person.fonds !== null)
				throw new Refusal('permissions.denied', { action: 'edit', thing: 'checks' }, 403);
		} else demand(person, 'comment', await this.#thingSeen(person, under));
		const called = name.trim();
		if (called === '' || called.length > MAX_CAMPAIGN_NAME)
			throw new Refusal('catalogue.campaign-name', { limit: MAX_CAMPAIGN_NAME });
		const { storage, clock } = this.#parts;
		const { db } = storage;
		const id = createId<string>();
		const at = isoAt(clock);
		const actor = actorOf(identity);
		const underTitle = under === null ? '' : ((await this.#parts.findings.namesOf([under]))[under] ?? '');
		const year = dayAt(clock).slice(0, 4);
		await storage.batch([
			db.insertInto('campaign').values({
				id,
				// Not how many there are: a rebuild knows only of those that ended.
				number: sql<string>`${year} || '-' || printf('%04d', 1 + coalesce((
					select max(cast(substr(number, 6) as integer)) from campaign where number like ${`${year}-%`}), 0))`,
				name: called,
				under,
				under_title: underTitle,
				rules: rules === null ? null : JSON.stringify([...rules].sort()),
				state: 'waiting',
				run: 0,
				position: null,
				started_at: null,
				finished_at: null,
				created_id: actor.id,
				created_name: actor.name,
				created_at: at,
				deposited_as: null,
			}),
			...this.#runs.statements(id, 1, actor, at),
			auditLine(storage, clock, actor, 'checks.create', id, { name: called, under, rules }),
		]);
		await this.pump();
		return this.show(person, id);
	}

	/** @throws {Refusal} 'catalogue.unknown-campaign' (404), also for those the person may not hear of; as all below */
	async show(person: Person, name: string): Promise<CampaignDetail> {
		const row = await campaignNamed(this.#parts.storage, person, name);
		const { db } = this.#parts.storage;
		const [shown, counts, runs, assignments, fixes] = await Promise.all([
			this.#shown(person, row),
			this.#parts.findings.counts(person, scopeOf(row)),
			runsOf(db, person, row.id),
			assignmentsOf(db, row.id),
			fixesOf(db, row.id),
		]);
		const fondsIds = new Set([
			...counts.map(({ fondsId }) => fondsId),
			...runs.flatMap((run) => run.counts.map(({ fondsId }) => fondsId)),
			...assignments.map(({ fondsId }) => fondsId),
		]);
		const may = (action: CampaignAction): boolean =>
			can(person, 'edit', { kind: 'checks' }) && !whyNotCampaign(action, stateOf(row));
		return {
			...shown,
			counts,
			runs,
			assignments,
			fixes,
			fonds: await this.#parts.findings.namesOf([...fondsIds].filter(Boolean)),
			can: {
				run: may('run'),
				cancel: may('cancel'),
				fix: may('fix'),
				close: may('close'),
				assign: may('assign'),
			},
		};
	}

	/** Its findings, narrowed down; whom they are assigned to narrows as `personId`. */
	findings(
		person: Person,
		name: string,
		filter: CampaignFilter,
		offset: number,
		limit: number,
	): Promise<FindingPage> {
		return campaignFindings(this.#parts, person, name, filter, { offset, limit });
	}

	/** The same as a table, all of it. */
	csv(person: Person, name: string, filter: CampaignFilter): Promise<ReadableStream<Uint8Array>> {
		return campaignCsv(this.#parts, person, name, filter);
	}

	/**
	 * Waits until a run has ended, whatever becomes of it; given up, it is cancelled.
	 * @throws {Refusal} as {@link cancel}
	 */
	async ended(
		identity: Identity,
		campaignId: string,
		running: { readonly signal: AbortSignal; readonly onProgress: (progress: CampaignProgress) => void },
	): Promise<CampaignDetail> {
		const { promise, resolve } = Promise.withResolvers<void>();
		const unwatch = this.#runs.watch((id, what) => {
			if (id !== campaignId) return;
			if (what === 'ended') resolve();
			else running.onProgress(what);
		});
		running.signal.addEventListener('abort', () => resolve(), { once: true });
		try {
			const { state } = await this.show(identity.person, campaignId);
			if (state === 'waiting' || state === 'running') await promise;
			if (running.signal.aborted) return await this.cancel(identity, campaignId);
			return await this.show(identity.person, campaignId);
		} finally {
			unwatch();
		}
	}

	/** Begins what waits; see {@link CampaignRuns.pump}. */
	pump(): Promise<void> {
		return this.#runs.pump();
	}

	/** Runs it again over all of its scope. @throws {Refusal} 'catalogue.campaign-running' | 'catalogue.campaign-closed' (409) */
	async runAgain(identity: Identity, name: string): Promise<CampaignDetail> {
		const row = await this.#demand(identity, name, 'run');
		const { storage, clock } = this.#parts;
		const actor = actorOf(identity);
		await storage.batch([
			...this.#runs.statements(row.id, row.run + 1, actor, isoAt(clock)),
			auditLine(storage, clock, actor, 'checks.run', row.id, { run: row.run + 1 }),
		]);
		await this.pump();
		return this.show(identity.person, row.id);
	}

	/** Ends a run where it is; what was found stays. @throws {Refusal} 'catalogue.campaign-still' (409) */
	async cancel(identity: Identity, name: string): Promise<CampaignDetail> {
		const row = await this.#demand(identity, name, 'cancel');
		await this.#parts.checker.stop(row.id);
		await this.#set(row.id, 'cancelled', identity, 'checks.cancel');
		await this.pump();
		return this.show(identity.person, row.id);
	}

	/** Ends the campaign: nothing is run or assigned in it any more. */
	async close(identity: Identity, name: string): Promise<CampaignDetail> {
		const row = await this.#demand(identity, name, 'close');
		await this.#set(row.id, 'closed', identity, 'checks.close');
		return this.show(identity.person, row.id);
	}

	/** Has somebody deal with a rule, a fonds, or a rule in a fonds; nobody, with an empty person. */
	async assign(
		identity: Identity,
		name: string,
		to: { readonly rule: RuleId | ''; readonly fondsId: string; readonly personId: string },
	): Promise<CampaignDetail> {
		const row = await this.#demand(identity, name, 'assign');
		const { storage, clock } = this.#parts;
		const { db } = storage;
		const actor = actorOf(identity);
		const assigned = await db
			.selectFrom('user')
			.select(['id', 'name', 'role'])
			.where('id', '=', to.personId)
			.where('disabled_at', 'is', null)
			.executeTakeFirst();
		if (to.personId !== '' && (!assigned || assigned.role === 'reader'))
			throw new Refusal('catalogue.unknown-assignee', {}, 404);
		const key = { campaign_id: row.id, fonds_id: to.fondsId, rule: to.rule };
		const values = {
			person_id: assigned?.id ?? '',
			person_name: assigned?.name ?? '',
			by_id: actor.id,
			by_name: actor.name,
			at: isoAt(clock),
		};
		await storage.batch([
			assigned
				? db
						.insertInto('campaign_assignment')
						.values({ ...key, ...values })
						.onConflict((conflict) =>
							conflict.columns(['campaign_id', 'fonds_id', 'rule']).doUpdateSet(values),
						)
				: db
						.deleteFrom('campaign_assignment')
						.where('campaign_id', '=', row.id)
						.where('fonds_id', '=', to.fondsId)
						.where('rule', '=', to.rule),
			auditLine(storage, clock, actor, 'checks.assign', row.id, to),
		]);
		this.#parts.onChanged(row.id);
		return this.show(identity.person, row.id);
	}

	/** The campaign, when this person may do that with it as it stands. */
	async #demand({ person }: Identity, name: string, action: CampaignAction): Promise<CampaignRow> {
		const row = await campaignNamed(this.#parts.storage, person, name);
		demand(person, 'edit', { kind: 'checks' });
		if (row.under === null) {
			if (person.fonds !== null)
				throw new Refusal('permissions.denied', { action: 'edit', thing: 'checks' }, 403);
		} else {
			const thing = await this.#thingSeen(person, row.under as EntryId);
			// What was purged cannot be worked on, and campaigns over it come to an end all the same.
			const isEnding = action === 'cancel' || action === 'close';
			demand(person, 'comment', isEnding ? { ...thing, isPurged: false } : thing);
		}
		const refusal = whyNotCampaign(action, stateOf(row));
		if (refusal) throw refusal;
		return row;
	}

	async #thingSeen(person: Person, id: EntryId): Promise<EntryThing> {
		const thing = await this.#parts.thingOf(id);
		if (!thing || !can(person, 'see', thing)) throw new Refusal('catalogue.unknown-entry', { id }, 404);
		return thing;
	}

	async #set(id: string, state: 'cancelled' | 'closed', identity: Identity, action: string): Promise<void> {
		const { storage, clock } = this.#parts;
		await storage.batch([
			storage.db
				.updateTable('campaign')
				.set({ state, finished_at: isoAt(clock) })
				.where('id', '=', id),
			auditLine(storage, clock, actorOf(identity), action, id),
		]);
		this.#parts.onChanged(id);
		this.#runs.tell(id, 'ended');
	}

	async #shown(person: Person, row: CampaignRow): Promise<ShownCampaign> {
		return {
			id: row.id,
			number: row.number,
			name: row.name,
			under: row.under,
			underTitle: row.under_title,
			rules: rulesOf(row),
			state: stateOf(row),
			run: row.run,
			done: row.done,
			total: row.total,
			startedAt: row.started_at,
			finishedAt: row.finished_at,
			createdId: row.created_id,
			createdName: row.created_name,
			createdAt: row.created_at,
			open: await this.#parts.findings.count(person, { ...scopeOf(row), isAccepted: false }),
		};
	}
}
