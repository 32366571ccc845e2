import type { Actor } from '#domain/base/actor.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import type { Statement, Storage } from '#server/storage/storage.ts';
import { scopeOf } from './campaign-findings.ts';
import { rulesOf, type CampaignRow } from './campaign-records.ts';
import type { RunPosition } from './check-asks.ts';
import type { Checker } from './checker.ts';
import type { Findings } from './findings.ts';

/** Everybody: who sees all fonds, for what the server counts. */
const SERVER: Person = {
	id: 'server' as Person['id'],
	name: 'server',
	role: 'administrator',
	fonds: null,
	accessStatuses: null,
};

/** Entries checked, of all. */
export interface CampaignProgress {
	readonly done: number;
	readonly total: number;
}

/** How a campaign's run is going, or that it is over, however it ended. */
export type CampaignWatcher = (campaignId: string, what: CampaignProgress | 'ended') => void;

interface Parts {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly checker: Checker;
	readonly findings: Findings;
	/** It stands otherwise now than the archival store has it. */
	readonly onChanged: (campaignId: string) => void;
}

/** Runs of campaigns, one after the other: each goes on after a restart, and is counted at its end. */
export class CampaignRuns {
	readonly #parts: Parts;
	readonly #watchers = new Set<CampaignWatcher>();

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/** @returns ends it */
	watch(watcher: CampaignWatcher): () => void {
		this.#watchers.add(watcher);
		return () => void this.#watchers.delete(watcher);
	}

	/** Begins the campaign that waits longest, when none runs: also what a restart interrupted. */
	async pump(): Promise<void> {
		const { storage, checker } = this.#parts;
		if (checker.runId !== undefined) return;
		const next = await storage.db
			.selectFrom('campaign')
			.selectAll()
			.where('state', 'in', ['running', 'waiting'])
			.orderBy('state')
			.orderBy('started_at')
			.executeTakeFirst();
		if (!next || checker.runId !== undefined) return;
		const update = storage.db
			.updateTable('campaign')
			.set({ state: '', position: '', done: 0, total: 0 })
			.where('id', '=', '')
			.where('run', '=', 0)
			.compile().sql;
		checker.begin({
			runId: next.id,
			under: next.under,
			rules: rulesOf(next),
			position: next.position === null ? null : (JSON.parse(next.position) as RunPosition),
			along: (position, total) => {
				this.tell(next.id, { done: position.done, total });
				return {
					sql: update,
					rows: [['running', JSON.stringify(position), position.done, total, next.id, next.run]],
				};
			},
			onOver: (position) => this.#over(next, position),
			onFailed: () => void this.#failed(next).catch(() => undefined),
		});
	}

	/** What begins a run: for the transaction in which it is recorded. */
	statements(id: string, run: number, actor: Actor, at: string): Statement[] {
		const { db } = this.#parts.storage;
		return [
			db
				.updateTable('campaign')
				.set({ state: 'waiting', run, position: null, done: 0, started_at: at, finished_at: null })
				.where('id', '=', id),
			db.insertInto('campaign_run').values({
				campaign_id: id,
				run,
				started_at: at,
				finished_at: null,
				entries: 0,
				actor_id: actor.id,
				actor_name: actor.name,
			}),
		];
	}

	/** How a run is going. */
	tell(id: string, what: CampaignProgress | 'ended'): void {
		for (const watcher of this.#watchers) watcher(id, what);
	}

	/** All was checked: counts it, and begins the next. */
	async #over(row: CampaignRow, { done }: RunPosition): Promise<void> {
		const { storage, clock, findings } = this.#parts;
		const { db } = storage;
		const counts = await findings.counts(SERVER, scopeOf(row));
		const at = isoAt(clock);
		for (let from = 0; from < counts.length; from += 500)
			await storage.batch(
				counts.slice(from, from + 500).map((count) =>
					db
						.insertInto('campaign_count')
						.values({
							campaign_id: row.id,
							run: row.run,
							fonds_id: count.fondsId,
							rule: count.rule,
							severity: count.severity,
							open: count.open,
							accepted: count.accepted,
						})
						// Counted before a restart.
						.onConflict((conflict) =>
							conflict
								.columns(['campaign_id', 'run', 'fonds_id', 'rule', 'severity'])
								.doUpdateSet({ open: count.open, accepted: count.accepted }),
						),
				),
			);
		await storage.batch([
			db
				.updateTable('campaign')
				.set({ state: 'done', position: null, done, total: done, finished_at: at })
				.where('id', '=', row.id)
				.where('state', '=', 'running'),
			db
				.updateTable('campaign_run')
				.set({ finished_at: at, entries: done })
				.where('campaign_id', '=', row.id)
				.where('run', '=', row.run),
		]);
		this.#parts.onChanged(row.id);
		this.tell(row.id, 'ended');
		await this.pump();
	}

	async #failed({ id }: CampaignRow): Promise<void> {
		try {
			await this.#parts.storage.db
				.updateTable('campaign')
				.set({ state: 'failed' })
				.where('id', '=', id)
				// What was cancelled, closed or counted meanwhile is that.
				.where('state', 'in', ['waiting', 'running'])
				.execute();
		} finally {
			this.#parts.onChanged(id);
			this.tell(id, 'ended');
		}
		await this.pump();
	}
}
