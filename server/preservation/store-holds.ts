/** Who keeps the store as it is: any number who read it whole at a time, or one who changes it alone. */
export class StoreHolds {
	#readers = new Set<Promise<void>>();
	#alone: Promise<unknown> = Promise.resolve();
	/** Odd while somebody changes it alone. */
	#changes = 0;

	/** Resolves when nobody changes it alone; nobody does until the returned function is called. */
	async share(): Promise<() => void> {
		for (let before: unknown; before !== this.#alone;) {
			before = this.#alone;
			await before;
		}
		const { promise, resolve } = Promise.withResolvers<void>();
		this.#readers.add(promise);
		return () => {
			this.#readers.delete(promise);
			resolve();
		};
	}

	/** Runs something while nobody else holds the store. */
	alone<T>(run: () => Promise<T>): Promise<T> {
		const done = this.#alone.then(async () => {
			await Promise.all(this.#readers);
			this.#changes++;
			try {
				return await run();
			} finally {
				this.#changes++;
			}
		});
		this.#alone = done.catch(() => undefined);
		return done;
	}

	/** The same, until the returned function is called. */
	takeAlone(): Promise<() => void> {
		const { promise, resolve } = Promise.withResolvers<void>();
		return new Promise((taken) => {
			void this.alone(() => {
				taken(resolve);
				return promise;
			});
		});
	}

	/** A function that tells whether nobody has changed the store alone since now. */
	watch(): () => boolean {
		const before = this.#changes;
		return () => before % 2 === 0 && before === this.#changes;
	}
}
