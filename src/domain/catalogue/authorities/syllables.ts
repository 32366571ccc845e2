/** The syllables of many texts, each kept once and known by a number from 1. */
export class Syllables {
	readonly #numbers = new Map<string, number>();
	readonly #texts: string[] = [''];

	get count(): number {
		return this.#texts.length;
	}

	/** Numbers of the syllables of a text, as {@link PinyinOf} writes them. */
	numbersOf(spoken: string): number[] {
		return spoken === '' ? [] : spoken.split(' ').map((syllable) => this.#numberOf(syllable));
	}

	#numberOf(syllable: string): number {
		let number = this.#numbers.get(syllable);
		if (number === undefined) {
			number = this.#texts.push(syllable) - 1;
			this.#numbers.set(syllable, number);
		}
		return number;
	}

	/** By number: how many letters the syllable begins with that stand in `typed` from `at` on. */
	reachFrom(typed: string, at: number): Uint8Array {
		return Uint8Array.from(this.#texts, (text) => {
			let reach = 0;
			while (reach < text.length && at + reach < typed.length && text[reach] === typed[at + reach]) reach++;
			return reach;
		});
	}
}

/** Whether what was typed can be syllables: whole, begun, or by their first letters. */
export function isTypedPinyin(typed: string): boolean {
	return /^[a-z0-9]+$/.test(typed);
}

/**
 * Typed letters as the syllables they can mean: each letter goes on with its syllable or begins the next (`swj` = **s**hui
 * **w**u **j**u, `shuiwj` = **shui** **w**u **j**u).
 */
export class TypedSyllables {
	readonly #typed: string;
	readonly #syllables: Syllables;
	readonly #reaches: Uint8Array[] = [];
	/** How far each syllable goes with the first letters. */
	readonly first: Uint8Array;

	constructor(typed: string, syllables: Syllables) {
		this.#typed = typed;
		this.#syllables = syllables;
		this.first = this.#reachAt(0);
	}

	/** One letter alone is in nearly every text: it means the beginning. */
	get isOnlyForBeginnings(): boolean {
		return this.#typed.length === 1;
	}

	/** Whether all of it stands in the syllables from an index on; 0 ends a text. */
	standsAt(numbers: Int32Array, index: number, typedFrom = 0): boolean {
		const reach = this.#reachAt(typedFrom)[numbers[index] as number] as number;
		if (reach === 0) return false;
		if (typedFrom + reach === this.#typed.length) return true;
		for (let taken = reach; taken > 0; taken--)
			if (this.standsAt(numbers, index + 1, typedFrom + taken)) return true;
		return false;
	}

	#reachAt(typedFrom: number): Uint8Array {
		return (this.#reaches[typedFrom] ??= this.#syllables.reachFrom(this.#typed, typedFrom));
	}
}
