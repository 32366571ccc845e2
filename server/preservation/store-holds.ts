/** Who keeps the store as it is: any number who read it whole at a time, or one who changes it alone. */
export class StoreHolds {
	#readers = new Set<Promise<void>>();
	#alone: Promise<unknown> = Promise.resolve();

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
			return run();
		});
		this.#alone = done.catch(() => undefined);
		return done;
	}
}
