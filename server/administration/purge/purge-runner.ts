import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isoAt } from '#domain/base/clock.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import {
	PURGE_STEPS,
	type PurgeDetail,
	type PurgeFailure,
	type PurgeStep,
} from '#domain/administration/purge.ts';
import type { Statement } from '#server/storage/storage.ts';
import { STEPS, type PurgeStepParts } from './purge-steps.ts';

const RETRY_MS = 5000;
const LONGEST_RETRY_MS = 5 * 60_000;

/** What running needs beside the steps. */
export interface PurgeRunnerParts extends PurgeStepParts {
	readonly logger: Logger;
	/** Lets nobody else have the store, and nothing be deposited, until the returned function is called. */
	readonly holdStore: () => Promise<() => void>;
	/** Lets no backup be made until the returned function is called; resolves when none runs. */
	readonly holdBackups: () => Promise<() => void>;
	/** Before the first new try after a failure; doubles with each. */
	readonly retryMs?: number | undefined;
	/** Called before a step; what it throws is a failure of that step. For tests. */
	readonly beforeStep?: ((step: PurgeStep) => void) | undefined;
}

/** An order that is not done. */
interface Waiting {
	/** Failures in a row. */
	times: number;
	/** Not before this, by the process's own clock. */
	notBeforeMs: number;
	/** Of the first failure, also of an earlier process. */
	sinceAt: string | undefined;
}

/**
 * Carries approved orders out in the background, one after the other, step by step; what fails is tried again until it is
 * done, after a restart from the step it had come to. Those behind it go on meanwhile.
 */
export class PurgeRunner {
	#parts: PurgeRunnerParts;
	#waiting = new Map<string, Waiting>();
	/** Ends waiting for the next try. */
	#wake = new AbortController();
	#running: Promise<void> | undefined;
	#closing = new AbortController();
	#progress = new Map<string, NonNullable<PurgeDetail['progress']>>();
	#ended = new Map<string, (() => void)[]>();

	constructor(parts: PurgeRunnerParts) {
		this.#parts = parts;
	}

	/** Carries an order out when those before it are done, or have failed. */
	start(orderId: string): void {
		if (this.#closing.signal.aborted || this.#waiting.has(orderId)) return;
		this.#waiting.set(orderId, { times: 0, notBeforeMs: 0, sinceAt: undefined });
		this.#wake.abort();
		this.#running ??= this.#run();
	}

	/** Goes on with what an earlier process left. */
	async resume(): Promise<void> {
		for (const id of await this.#parts.records.unfinished()) this.start(id);
	}

	progress(orderId: string): PurgeDetail['progress'] {
		return this.#progress.get(orderId) ?? null;
	}

	/** Resolves when the order is done, or when this process ends. */
	async ended(orderId: string): Promise<void> {
		if (!this.#waiting.has(orderId)) return;
		await new Promise<void>((resolve) =>
			this.#ended.set(orderId, [...(this.#ended.get(orderId) ?? []), resolve]),
		);
	}

	/** Stops between two pieces of work; the next start goes on. */
	async close(): Promise<void> {
		this.#closing.abort();
		await this.#running;
	}

	async #run(): Promise<void> {
		const { signal } = this.#closing;
		for (let next = this.#next(); next && !signal.aborted; next = this.#next()) {
			const [id, order] = next;
			const inMs = order.notBeforeMs - performance.now();
			if (inMs > 0) {
				this.#wake = new AbortController();
				await wait(inMs, undefined, {
					signal: AbortSignal.any([signal, this.#wake.signal]),
					ref: false,
				}).catch(() => undefined);
			} else if (await this.#try(id, order)) this.#end(id);
			else {
				const retryMs = (this.#parts.retryMs ?? RETRY_MS) * 2 ** order.times++;
				order.notBeforeMs = performance.now() + Math.min(retryMs, LONGEST_RETRY_MS);
			}
		}
		// In the same turn as the last look, or an order started in between would wait for ever.
		this.#running = undefined;
		for (const id of this.#waiting.keys()) this.#end(id);
	}

	/** The order whose turn it is: the one that may be tried first. */
	#next(): [string, Waiting] | undefined {
		let next: [string, Waiting] | undefined;
		for (const each of this.#waiting) if (!next || each[1].notBeforeMs < next[1].notBeforeMs) next = each;
		return next;
	}

	#end(id: string): void {
		this.#waiting.delete(id);
		for (const resolve of this.#ended.get(id) ?? []) resolve();
		this.#ended.delete(id);
	}

	/** True when it is done. */
	async #try(id: string, waiting: Waiting): Promise<boolean> {
		const { logger, storage, clock } = this.#parts;
		try {
			await this.#carryOut(id, waiting);
			return true;
		} catch (error) {
			if (this.#closing.signal.aborted) return false;
			logger.error({ err: error, order: id }, 'a purge is not done; it is tried again');
			waiting.sinceAt ??= isoAt(clock);
			// Said in the log already; where the database is away it cannot be said there.
			await storage.batch(this.#failed(id, error, waiting.sinceAt)).catch(() => undefined);
			return false;
		} finally {
			this.#progress.delete(id);
		}
	}

	/** Statements that note why it is not done, and where it is taken up again. */
	#failed(id: string, error: unknown, sinceAt: string): Statement[] {
		const { db } = this.#parts.storage;
		const order = db.updateTable('purge_order').where('id', '=', id);
		const failure = JSON.stringify({ ...failureOf(error), sinceAt });
		if (!isStillThere(error)) return [order.set({ failure })];
		// It came after the step that would have removed it; looking again would find it for ever.
		return [
			order.set({ failure, step: 'seal' }),
			db.updateTable('purge_object').set({ done_at: null }).where('order_id', '=', id),
		];
	}

	async #carryOut(id: string, waiting: Waiting): Promise<void> {
		const { storage, records, holdStore, holdBackups } = this.#parts;
		const { signal } = this.#closing;
		const releases: (() => void)[] = [];
		try {
			releases.push(await holdBackups());
			const order = await records.find(id);
			waiting.sinceAt ??= order.failure?.sinceAt;
			const from = PURGE_STEPS.indexOf(order.step ?? 'seal');
			for (const [index, step] of PURGE_STEPS.entries()) {
				if (index < from) continue;
				signal.throwIfAborted();
				// Imports are brought into the store first, so that everything of them is in one place; and copies are waited for
				// last, which may be waiting for the store.
				const isHolding = step !== 'seal' && step !== 'plan' && step !== 'deposit';
				if (isHolding && releases.length === 1) releases.push(await holdStore());
				else if (!isHolding && releases.length > 1) releases.pop()?.();
				this.#progress.set(id, { step, done: 0, total: 0 });
				this.#parts.beforeStep?.(step);
				await STEPS[step](this.#parts, await records.find(id), {
					signal,
					onProgress: (done, total) => this.#progress.set(id, { step, done, total }),
				});
				const next = PURGE_STEPS[index + 1];
				if (next)
					await storage.db
						.updateTable('purge_order')
						.set({ step: next, failure: null })
						.where('id', '=', id)
						.execute();
			}
		} finally {
			for (const release of releases.toReversed()) release();
		}
	}
}

function isStillThere(error: unknown): boolean {
	return isRefusal(error) && error.code === 'purge.still-there';
}

function failureOf(error: unknown): PurgeFailure {
	if (isRefusal(error)) return { code: error.code, params: error.params };
	const { code, message } = error as { code?: unknown; message?: unknown };
	return { code: String(code ?? message ?? error).slice(0, 200), params: {} };
}
