/** What a socket may send at once, and in a millisecond from then on. A message counts 1, and 1 more for each 4 KiB. */
const BURST = 4000;
const PER_MS = 1;
const BYTES_PER_UNIT = 4096;

/** How fast a socket is read: after a burst only so fast. Nothing is lost, the sender just waits. */
export class ReadingPace {
	#left = BURST;
	#atMs: number;

	constructor(nowMs: number) {
		this.#atMs = nowMs;
	}

	/** Notes a message; answers for how many milliseconds nothing more is to be read. */
	take(bytes: number, nowMs: number): number {
		this.#left = Math.min(BURST, this.#left + (nowMs - this.#atMs) * PER_MS);
		this.#atMs = nowMs;
		this.#left -= 1 + bytes / BYTES_PER_UNIT;
		return this.#left >= 0 ? 0 : -this.#left / PER_MS;
	}
}
