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

	/** First letter of a syllable. */
	initialOf(number: number): string {
		return this.#texts[number]?.[0] ?? '\n';
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
	/** What first letters it begins with, after the line end where it must begin a text: one letter is in nearly every. */
	readonly beginning: string;
	/** By where in the typed letters: how far each syllable goes with what follows. */
	readonly #reaches: readonly Uint8Array[];

	constructor(typed: string, syllables: Syllables) {
		this.beginning = typed.length === 1 ? `\n${typed}` : typed.slice(0, 1);
		this.#reaches = Array.from(typed, (_, at) => syllables.reachFrom(typed, at));
	}

	/** Whether all of it stands in the syllables from an index on; 0 ends a text. */
	standsAt(numbers: Int32Array, index: number): boolean {
		return standsFrom(this.#reaches, numbers, index, 0);
	}
}

function standsFrom(
	reaches: readonly Uint8Array[],
	numbers: Int32Array,
	index: number,
	from: number,
): boolean {
	const reach = (reaches[from] as Uint8Array)[numbers[index] as number] as number;
	if (reach === 0) return false;
	if (from + reach === reaches.length) return true;
	// The longest first: a syllable that was typed whole is meant whole.
	for (let taken = reach; taken > 0; taken--)
		if (standsFrom(reaches, numbers, index + 1, from + taken)) return true;
	return false;
}
