/** A stream of numbers that is the same for the same seed, on every machine (mulberry32). */
export class Random {
	#state: number;

	constructor(seed: number) {
		this.#state = seed >>> 0;
	}

	/** At least 0, less than 1. */
	next(): number {
		this.#state = (this.#state + 0x6d2b79f5) >>> 0;
		let mixed = this.#state;
		mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	}

	/** A whole number between two others, both possible. */
	between(from: number, to: number): number {
		return from + Math.floor(this.next() * (to - from + 1));
	}

	/** True in so many of a hundred cases. */
	percent(chance: number): boolean {
		return this.next() * 100 < chance;
	}

	/** One of several, all alike. */
	pick<T>(values: readonly T[]): T {
		return values[Math.floor(this.next() * values.length)] as T;
	}

	/** One of several by weight. */
	weighted<T>(values: readonly (readonly [T, number])[]): T {
		let left = this.next() * values.reduce((sum, [, weight]) => sum + weight, 0);
		for (const [value, weight] of values) {
			left -= weight;
			if (left < 0) return value;
		}
		return (values.at(-1) as readonly [T, number])[0];
	}

	/** A whole number, log-normal: half are below the median. */
	logNormal(median: number, sigma: number, least: number, most: number): number {
		const normal = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
		return Math.min(most, Math.max(least, Math.round(median * Math.exp(sigma * normal))));
	}
}
