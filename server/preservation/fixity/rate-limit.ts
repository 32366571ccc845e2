import { setTimeout as sleep } from 'node:timers/promises';
import { steadyClock, type Clock } from '#domain/base/clock.ts';

/** Time, and how it is waited for. */
export interface Pace extends Clock {
	/** Resolves after so many milliseconds, or as soon as the signal says so. */
	wait(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Time as it passes. What waits keeps no process alive. */
export const steadyPace: Pace = {
	now: () => steadyClock.now(),
	wait: (ms, signal) =>
		sleep(ms, undefined, { ref: false, ...(signal ? { signal } : {}) }).catch(() => undefined),
};

/** Keeps reading to so many bytes a second: what was read is paid for by waiting. */
export class RateLimit {
	/** 0 for no limit. */
	bytesPerSecond: number;
	#pace: Pace;
	#paidUntilMs = -Infinity;

	constructor(bytesPerSecond: number, pace: Pace = steadyPace) {
		this.bytesPerSecond = bytesPerSecond;
		this.#pace = pace;
	}

	/** The time from which on reading counts. */
	now(): number {
		return this.#pace.now();
	}

	/** Waits until reading so many bytes since then is within the limit. Time in which nothing was read is not saved up. */
	async pay(bytes: number, sinceMs: number, signal?: AbortSignal): Promise<void> {
		if (this.bytesPerSecond <= 0) return;
		this.#paidUntilMs = Math.max(this.#paidUntilMs, sinceMs) + (bytes * 1000) / this.bytesPerSecond;
		const waitMs = this.#paidUntilMs - this.#pace.now();
		if (waitMs > 0) await this.#pace.wait(waitMs, signal);
	}
}
