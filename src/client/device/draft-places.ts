import { draftOf, placesOf } from './drafts.ts';

/** A place of a draft that one open page writes. */
export interface HeldDraft {
	/** The fact that keeps it. */
	readonly key: string;
	/** Another page may go on with it, once what is still being written is. */
	letGo(written: Promise<unknown>): void;
}

/**
 * The places of one person's drafts, over all tabs: each is written by one open page at a time. A page that opens a draft
 * while another one writes it gets a place of its own beside it, so neither writes over the words of the other, and both
 * are found again when nobody has them open.
 */
export class DraftPlaces {
	#name: string;
	#leaving = new Set<Promise<unknown>>();
	#ends = new Set<() => void>();

	/** @param name whose they are, in this browser */
	constructor(name: string) {
		this.#name = name;
	}

	/**
	 * Holds the first place with words that nobody holds, or else the first empty one.
	 * @param withWords the keys of all its places where something is kept
	 * @param wantsEmpty only the latter
	 */
	async hold(
		draft: string,
		withWords: () => Promise<readonly string[]>,
		wantsEmpty: boolean,
	): Promise<HeldDraft> {
		// What this page has just left, it finds again.
		await Promise.allSettled(this.#leaving);
		const kept = (await withWords()).filter((key) => draftOf(key) === draft);
		for (const key of placesOf(draft, kept, wantsEmpty)) {
			const held = await this.#tryToHold(key);
			if (held) return held;
		}
		throw new Error('there is always another place');
	}

	/** The page has nothing open any more. */
	close(): void {
		for (const end of this.#ends) end();
	}

	#tryToHold(key: string): Promise<HeldDraft | undefined> {
		return new Promise((resolve, reject) => {
			const isOver = navigator.locks.request(`${this.#name}:${key}`, { ifAvailable: true }, (lock) => {
				if (!lock) return resolve(undefined);
				return new Promise<void>((end) => {
					this.#ends.add(end);
					resolve({
						key,
						letGo: (written) =>
							this.#leave(
								written.finally(end).then(() => isOver),
								end,
							),
					});
				});
			});
			isOver.catch(reject);
		});
	}

	#leave(left: Promise<unknown>, end: () => void): void {
		this.#leaving.add(left);
		void left.finally(() => {
			this.#leaving.delete(left);
			this.#ends.delete(end);
		});
	}
}
