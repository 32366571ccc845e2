import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long something is worked on before others get their turn. */
const SLICE_MS = 8;

/** Long work on the event loop in slices: after each piece it asks whether the slice is over. */
export class Turns {
	#since = performance.now();

	get isOver(): boolean {
		return performance.now() - this.#since > SLICE_MS;
	}

	/** Lets others go first. */
	async next(): Promise<void> {
		await nextTurn();
		this.#since = performance.now();
	}
}
