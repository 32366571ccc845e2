/**
 * Who may use the writer next. A transaction holds it over several turns; log appends go ahead of everything that
 * waits, so that a person's edit never stands behind an import.
 */
export class WriterQueue {
	#isHeld = false;
	#urgent: (() => void)[] = [];
	#waiting: (() => void)[] = [];

	/**
	 * Resolves when the writer is free; call the returned function to give it back. In order of asking, the urgent
	 * first. Who is urgent all the time must not ask again before it gave back: then one of the others comes between.
	 */
	async acquire(isUrgent = false): Promise<() => void> {
		if (this.#isHeld)
			await new Promise<void>((resolve) => (isUrgent ? this.#urgent : this.#waiting).push(resolve));
		this.#isHeld = true;
		let isGiven = false;
		return () => {
			if (isGiven) return;
			isGiven = true;
			const next = this.#urgent.shift() ?? this.#waiting.shift();
			// Handed over without a gap: nobody may slip in between.
			if (next) next();
			else this.#isHeld = false;
		};
	}

	/** Runs something while holding the writer. */
	async hold<T>(run: () => Promise<T>): Promise<T> {
		const giveBack = await this.acquire();
		try {
			return await run();
		} finally {
			giveBack();
		}
	}
}
