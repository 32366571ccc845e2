import type { Clock } from '#domain/base/clock.ts';
import { Refusal } from '#domain/base/refusal.ts';

const WINDOW_MS = 5 * 60_000;
const MAX_ATTEMPTS = 10;
const MAX_KEYS = 10_000;

/**
 * Counts attempts that did not succeed, so that passwords cannot be guessed in bulk. An attempt counts from its
 * beginning: many at once are many. Kept in memory: a restart forgives.
 */
export class Attempts {
	#clock: Clock;
	#attempts = new Map<string, { count: number; since: number }>();

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/**
	 * Notes an attempt.
	 * @throws {Refusal} 'permissions.too-many-attempts' (429)
	 */
	begin(key: string): void {
		const now = this.#clock.now();
		const known = this.#attempts.get(key);
		// Also when the clock was put back: nobody is to wait for it.
		if (!known || now < known.since || now - known.since > WINDOW_MS) {
			if (this.#attempts.size >= MAX_KEYS)
				this.#attempts.delete(this.#attempts.keys().next().value as string);
			this.#attempts.set(key, { count: 1, since: now });
			return;
		}
		if (known.count >= MAX_ATTEMPTS)
			throw new Refusal(
				'permissions.too-many-attempts',
				{ minutes: Math.max(1, Math.ceil((WINDOW_MS - (now - known.since)) / 60_000)) },
				429,
			);
		known.count++;
	}

	/** Forgets the attempts after a success. */
	succeeded(key: string): void {
		this.#attempts.delete(key);
	}
}
