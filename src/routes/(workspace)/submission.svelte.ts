import { isRefusal, type Refusal } from '#domain/base/refusal.ts';
import { refusalWords } from '#i18n/refusal-words.ts';

/** Something a person sends off: whether it is under way, and why it was not done. */
export class Submission {
	#isBusy = $state.raw(false);
	#refusal = $state.raw<Refusal | undefined>(undefined);

	get isBusy(): boolean {
		return this.#isBusy;
	}

	/** Why the last one was refused, in words. */
	get error(): string | undefined {
		return this.#refusal && refusalWords(this.#refusal.code, this.#refusal.params);
	}

	/**
	 * Does the work unless some is under way. A refusal becomes `error`; anything else is thrown.
	 * @returns whether it was done
	 */
	async run(work: () => Promise<void>): Promise<boolean> {
		if (this.#isBusy) return false;
		this.#isBusy = true;
		this.#refusal = undefined;
		try {
			await work();
			return true;
		} catch (error) {
			if (!isRefusal(error)) throw error;
			this.#refusal = error;
			return false;
		} finally {
			this.#isBusy = false;
		}
	}

	/** Forgets the refusal: what it was about is not asked any more. */
	clear(): void {
		this.#refusal = undefined;
	}
}
