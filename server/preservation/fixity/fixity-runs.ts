import { createId } from '#domain/base/ids.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { RunCounts, Trigger } from './fixity-register.ts';

/** What a run is about. */
export interface RunAbout {
	readonly trigger: Exclude<Trigger, 'read'>;
	readonly scope: 'all' | 'due' | 'objects';
	readonly agent: string;
	readonly agentName: string;
}

export type RunOutcome = 'running' | 'complete' | 'cancelled' | 'interrupted' | 'failed';

/** A run, as a list of them shows it. */
export interface ShownRun extends RunAbout, RunCounts {
	readonly id: string;
	readonly startedAt: string;
	readonly endedAt: string | null;
	readonly outcome: RunOutcome;
}

/** Runs of checks, as the database keeps them. */
export class FixityRuns {
	#storage: Storage;
	#clock: Clock;
	#cleaned: Promise<unknown> | undefined;

	constructor(storage: Storage, clock: Clock) {
		this.#storage = storage;
		this.#clock = clock;
	}

	/** Notes that a run begins; gives its id. */
	async begin({ trigger, scope, agent, agentName }: RunAbout): Promise<string> {
		await this.cleanUp();
		const id = createId<string>();
		await this.#storage.batch([
			this.#storage.db.insertInto('fixity_run').values({
				id,
				trigger,
				scope,
				agent,
				agent_name: agentName,
				started_at: isoAt(this.#clock),
				ended_at: null,
				outcome: 'running',
				objects: 0,
				files: 0,
				bytes: 0,
				failures: 0,
				added: 0,
			}),
		]);
		return id;
	}

	async end(id: string, outcome: RunOutcome, counts: RunCounts): Promise<void> {
		await this.#storage.batch([
			this.#storage.db
				.updateTable('fixity_run')
				.set({ ...counts, outcome, ended_at: isoAt(this.#clock) })
				.where('id', '=', id),
		]);
	}

	/** Objects the schedule checked today, by the day of the clock in UTC. */
	async checkedToday(): Promise<number> {
		const { objects } = await this.#storage.db
			.selectFrom('fixity_run')
			.select((select) => select.fn.sum<number | null>('objects').as('objects'))
			.where('trigger', '=', 'schedule')
			.where('started_at', '>=', isoAt(this.#clock).slice(0, 10))
			.executeTakeFirstOrThrow();
		return Number(objects ?? 0);
	}

	/** The newest first. */
	async list(since: string | undefined, limit: number): Promise<ShownRun[]> {
		await this.cleanUp();
		let query = this.#storage.db.selectFrom('fixity_run').selectAll().orderBy('id', 'desc').limit(limit);
		if (since !== undefined) query = query.where('started_at', '>=', since);
		return (await query.execute()).map((row) => ({
			id: row.id,
			trigger: row.trigger as ShownRun['trigger'],
			scope: row.scope as ShownRun['scope'],
			agent: row.agent,
			agentName: row.agent_name,
			startedAt: row.started_at,
			endedAt: row.ended_at,
			outcome: row.outcome as RunOutcome,
			objects: row.objects,
			files: row.files,
			bytes: row.bytes,
			failures: row.failures,
			added: row.added,
		}));
	}

	/** The names of everybody who asked for a check, by id. */
	async agentNames(): Promise<Map<string, string>> {
		const rows = await this.#storage.db
			.selectFrom('fixity_run')
			.select(['agent', 'agent_name'])
			.distinct()
			.execute();
		return new Map(rows.map(({ agent, agent_name }) => [agent, agent_name]));
	}

	/** Runs of an earlier process ended with it. No run of this one begins before that is written. */
	cleanUp(): Promise<unknown> {
		return (this.#cleaned ??= this.#interrupt().catch((error: unknown) => {
			this.#cleaned = undefined;
			throw error;
		}));
	}

	#interrupt(): Promise<unknown> {
		return this.#storage.batch([
			this.#storage.db
				.updateTable('fixity_run')
				.set({ outcome: 'interrupted', ended_at: isoAt(this.#clock) })
				.where('outcome', '=', 'running'),
		]);
	}
}
