import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
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
	/** Keeps the store as it is: nothing is deposited until the returned function is called. */
	readonly holdStore: () => Promise<() => void>;
	/** Lets no backup be made until the returned function is called; resolves when none runs. */
	readonly holdBackups: () => Promise<() => void>;
	/** Before the first new try after a failure; doubles with each. */
	readonly retryMs?: number | undefined;
	/** Called before a step; what it throws is a failure of that step. For tests. */
	readonly beforeStep?: ((step: PurgeStep) => void) | undefined;
}

/**
 * Carries approved orders out in the background, one after the other, step by step; what fails is tried again until it is
 * done, after a restart from the step it had come to.
 */
export class PurgeRunner {
	#parts: PurgeRunnerParts;
	#waiting: string[] = [];
	#running: Promise<void> | undefined;
	#closing = new AbortController();
	#progress = new Map<string, NonNullable<PurgeDetail['progress']>>();
	#ended = new Map<string, (() => void)[]>();

	constructor(parts: PurgeRunnerParts) {
		this.#parts = parts;
	}

	/** Carries an order out when those before it are done. */
	start(orderId: string): void {
		if (this.#closing.signal.aborted || this.#waiting.includes(orderId)) return;
		this.#waiting.push(orderId);
		this.#running ??= this.#run().finally(() => (this.#running = undefined));
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
		if (!this.#waiting.includes(orderId)) return;
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
		for (let id = this.#waiting[0]; id !== undefined; id = this.#waiting[0]) {
			for (let times = 0; !signal.aborted && !(await this.#try(id)); times++) {
				const retryMs = Math.min((this.#parts.retryMs ?? RETRY_MS) * 2 ** times, LONGEST_RETRY_MS);
				await wait(retryMs, undefined, { signal, ref: false }).catch(() => undefined);
			}
			this.#waiting.shift();
			this.#progress.delete(id);
			for (const resolve of this.#ended.get(id) ?? []) resolve();
			this.#ended.delete(id);
		}
	}

	/** True when it is done. */
	async #try(id: string): Promise<boolean> {
		const { logger, storage } = this.#parts;
		try {
			await this.#carryOut(id);
			return true;
		} catch (error) {
			if (this.#closing.signal.aborted) return false;
			logger.error({ err: error, order: id }, 'a purge is not done; it is tried again');
			// Said in the log already; where the database is away it cannot be said there.
			await storage.batch(this.#failed(id, error)).catch(() => undefined);
			return false;
		}
	}

	/** Statements that note why it is not done, and where it is taken up again. */
	#failed(id: string, error: unknown): Statement[] {
		const { db } = this.#parts.storage;
		const order = db.updateTable('purge_order').where('id', '=', id);
		const failure = JSON.stringify(failureOf(error));
		if (!isStillThere(error)) return [order.set({ failure })];
		// It came after the step that would have removed it; looking again would find it for ever.
		return [
			order.set({ failure, step: 'seal' }),
			db.updateTable('purge_object').set({ done_at: null }).where('order_id', '=', id),
		];
	}

	async #carryOut(id: string): Promise<void> {
		const { storage, records, holdStore, holdBackups } = this.#parts;
		const { signal } = this.#closing;
		const releases: (() => void)[] = [];
		try {
			releases.push(await holdBackups());
			const order = await records.find(id);
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
