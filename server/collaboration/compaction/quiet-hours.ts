import type { Clock } from '#domain/base/clock.ts';

/** How often it is looked whether now is a good time. */
const LOOK_MS = 10 * 60_000;
const HOUR_MS = 3_600_000;
/** Between two runs, at least: one each night, and no second one when the last person leaves. */
const PAUSE_MS = 20 * HOUR_MS;
/** Hours of the server's own time at which archives sleep. */
const NIGHT = { from: 1, to: 5 };

/** Does something once a day: at night, or when nobody works here. */
export class QuietHours {
	#timer: NodeJS.Timeout;
	#lastMs = -Infinity;
	#parts: { clock: Clock; isIdle: () => boolean; run: () => Promise<void> };

	constructor(parts: {
		readonly clock: Clock;
		/** Nobody is connected. */
		readonly isIdle: () => boolean;
		readonly run: () => Promise<void>;
	}) {
		this.#parts = parts;
		this.#timer = setInterval(() => this.look(), LOOK_MS);
		this.#timer.unref();
	}

	/** Runs when now is a good time. */
	look(): void {
		const { clock, isIdle, run } = this.#parts;
		const now = clock.now();
		const hour = new Date(now).getHours();
		const isNight = NIGHT.from <= hour && hour < NIGHT.to;
		if (now - this.#lastMs < PAUSE_MS || (!isNight && !isIdle())) return;
		this.#lastMs = now;
		void run();
	}

	close(): void {
		clearInterval(this.#timer);
	}
}
