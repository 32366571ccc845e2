import type { Clock } from '#domain/base/clock.ts';
import { DepositSchedule, type DepositReason } from './deposit-schedule.ts';

/** Longest sleep of the timer: a clock that is set must not stop deposits. */
const LONGEST_SLEEP_MS = 1000;
const LONGEST_RETRY_MS = 5 * 60_000;

interface Ready {
	reason: DepositReason;
	/** Who waits for the outcome. */
	readonly askers: {
		readonly resolve: (result: unknown) => void;
		readonly reject: (error: unknown) => void;
	}[];
}

/** A thing that could not be deposited, and is tried again. */
export interface Failure {
	readonly error: unknown;
	readonly times: number;
}

/** What a runner needs. */
export interface DepositRunnerParts {
	readonly clock: Clock;
	readonly retryMs: number;
	readonly atOnce: number;
	/** Does it; rejects when it could not. */
	readonly run: (key: string, reason: DepositReason) => Promise<unknown>;
	/** True when a failure lies with the one thing, so that others need not wait. */
	readonly isOwnFault: (error: unknown) => boolean;
	readonly onFailed: (key: string, failure: Failure, retryMs: number) => void;
}

/**
 * Runs deposits in the background: scheduled, a few at a time, one of a thing at a time, tried again after a failure.
 * A thing that was noted stays until it was deposited; only {@link close} leaves it to the next start.
 */
export class DepositRunner {
	#parts: DepositRunnerParts;
	#schedule: DepositSchedule;
	#ready = new Map<string, Ready>();
	#running = new Map<string, Promise<void>>();
	#failures = new Map<string, Failure>();
	/** Failures of the store in a row; while there are any, one deposit at a time tries whether it is back. */
	#inARow = 0;
	#pausedUntilMs = 0;
	#timer: NodeJS.Timeout | undefined;
	#timerMs = Infinity;
	#isClosed = false;
	/** Who lets nothing begin: see {@link hold}. */
	#holds = 0;

	constructor(parts: DepositRunnerParts, times: { readonly idleMs: number; readonly continuousMs: number }) {
		this.#parts = parts;
		this.#schedule = new DepositSchedule(times);
	}

	/** Things not deposited yet. */
	get waiting(): number {
		let both = 0;
		for (const key of this.#running.keys()) if (this.#schedule.has(key) || this.#ready.has(key)) both++;
		return this.#schedule.size + this.#ready.size + this.#running.size - both;
	}

	/** It was edited: deposits it when editing settles. */
	note(key: string): void {
		if (!this.#ready.has(key)) this.#schedule.note(key, this.#parts.clock.now());
		this.#arm();
	}

	/** Deposits it as soon as its turn comes, and again after a failure. */
	soon(key: string, reason: DepositReason): void {
		this.#makeReady(key, reason);
		this.#pump();
	}

	/** Deposits it now, even while the store fails; resolves with the outcome. A failure is tried again all the same. */
	now<T>(key: string, reason: DepositReason): Promise<T> {
		if (this.#isClosed) return Promise.reject(new Error('the archival store is closed'));
		return new Promise<T>((resolve, reject) => {
			this.#makeReady(key, reason).askers.push({ resolve: resolve as (result: unknown) => void, reject });
			this.#pump();
		});
	}

	/** Deposits everything that waits; resolves when each was tried once. */
	async flush(reason: DepositReason): Promise<void> {
		const keys = new Set([...this.#schedule.takeAll(), ...this.#ready.keys()]);
		await Promise.allSettled([...keys].map((key) => this.now(key, reason)));
		await Promise.all(this.#running.values());
	}

	/**
	 * Lets nothing begin until the returned function is called; resolves when what runs has ended. What is noted or asked
	 * for meanwhile waits.
	 */
	async hold(): Promise<() => void> {
		this.#holds++;
		let isHeld = true;
		await Promise.all(this.#running.values());
		return () => {
			if (!isHeld) return;
			isHeld = false;
			this.#holds--;
			this.#pump();
		};
	}

	setIdleMs(idleMs: number): void {
		this.#schedule.setIdleMs(idleMs);
		this.#arm();
	}

	/** Begins nothing more; resolves when what runs has ended. */
	async close(): Promise<void> {
		this.#isClosed = true;
		clearTimeout(this.#timer);
		const error = new Error('the archival store is closed');
		for (const { askers } of this.#ready.values()) for (const { reject } of askers) reject(error);
		this.#ready.clear();
		await Promise.all(this.#running.values());
	}

	#makeReady(key: string, reason: DepositReason): Ready {
		this.#schedule.forget(key);
		const ready = this.#ready.get(key) ?? { reason, askers: [] };
		ready.reason = reason;
		this.#ready.set(key, ready);
		return ready;
	}

	#tick(): void {
		this.#timerMs = Infinity;
		for (const { key, reason } of this.#schedule.takeDue(this.#parts.clock.now()))
			this.#makeReady(key, reason);
		this.#pump();
	}

	/** One timer for all: it rings when something may be due. */
	#arm(): void {
		if (this.#isClosed) return;
		const now = this.#parts.clock.now();
		const pausedMs = this.#ready.size > 0 && this.#pausedUntilMs > now ? this.#pausedUntilMs : Infinity;
		const nextMs = Math.min(this.#schedule.nextMs ?? Infinity, pausedMs);
		if (nextMs === Infinity || nextMs >= this.#timerMs) return;
		clearTimeout(this.#timer);
		this.#timerMs = nextMs;
		const sleepMs = Math.min(Math.max(nextMs - now, 0), LONGEST_SLEEP_MS);
		this.#timer = setTimeout(() => this.#tick(), sleepMs);
		this.#timer.unref();
	}

	#pump(): void {
		const isPaused = this.#pausedUntilMs > this.#parts.clock.now();
		for (const [key, ready] of this.#ready) {
			if (this.#isClosed || this.#holds > 0) break;
			if (this.#running.size >= (this.#inARow > 0 ? 1 : this.#parts.atOnce)) break;
			if (this.#running.has(key) || (isPaused && ready.askers.length === 0)) continue;
			this.#ready.delete(key);
			this.#running.set(key, this.#run(key, ready));
		}
		this.#arm();
	}

	async #run(key: string, { reason, askers }: Ready): Promise<void> {
		try {
			const result = await this.#parts.run(key, reason);
			this.#failures.delete(key);
			this.#inARow = 0;
			this.#pausedUntilMs = 0;
			for (const { resolve } of askers) resolve(result);
		} catch (error) {
			this.#failed(key, reason, error);
			for (const { reject } of askers) reject(error);
		} finally {
			this.#running.delete(key);
			this.#pump();
		}
	}

	#failed(key: string, reason: DepositReason, error: unknown): void {
		const { clock, retryMs, isOwnFault, onFailed } = this.#parts;
		const failure = { error, times: (this.#failures.get(key)?.times ?? 0) + 1 };
		// Set anew, so that the newest failure is the last.
		this.#failures.delete(key);
		this.#failures.set(key, failure);
		const backoff = (times: number): number => Math.min(retryMs * 2 ** (times - 1), LONGEST_RETRY_MS);
		if (!isOwnFault(error)) this.#pausedUntilMs = clock.now() + backoff(++this.#inARow);
		if (this.#isClosed) return;
		if (!this.#ready.has(key)) this.#schedule.later(key, clock.now() + backoff(failure.times), reason);
		onFailed(key, failure, backoff(failure.times));
	}
}
