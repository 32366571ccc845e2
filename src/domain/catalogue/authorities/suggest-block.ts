import type { Authority, DatedText } from './authority.ts';
import { firstDay, lastDay, normalName } from './dated-text.ts';
import type { PinyinOf } from './pinyin.ts';
import type { Syllables, TypedSyllables } from './syllables.ts';

/** A text of an authority that can be found by typing. */
export interface SuggestLine {
	readonly id: string;
	readonly authority: Authority;
	readonly how: 'name' | 'shortName' | 'organCode';
	readonly dated: DatedText;
	/** As it is compared. */
	readonly sought: string;
	/** First and last day of its time, for comparison. */
	readonly first: string;
	readonly last: string;
}

/** Called with a line and where in it the typed text stands. */
export type OnLine = (line: SuggestLine, at: number, length: number) => void;

/**
 * Some authorities, their texts in one string: looking through one long string is many times faster than through a
 * thousand short ones.
 */
export class SuggestBlock {
	readonly #authorities = new Map<string, Authority>();
	#lines: SuggestLine[] | undefined;
	#text = '';
	#starts = new Int32Array(0);
	#spoken = new Int32Array(0);
	#spokenStarts = new Int32Array(0);
	/** First letters of the syllables, by which they are found fastest. */
	#initials = '';
	readonly #syllables: Syllables;
	readonly #pinyinOf: PinyinOf | undefined;

	constructor(syllables: Syllables, pinyinOf: PinyinOf | undefined) {
		this.#syllables = syllables;
		this.#pinyinOf = pinyinOf;
	}

	get size(): number {
		return this.#authorities.size;
	}

	put(id: string, authority: Authority): void {
		this.#authorities.set(id, authority);
		this.#lines = undefined;
	}

	remove(id: string): void {
		this.#authorities.delete(id);
		this.#lines = undefined;
	}

	/** Makes what is searched, which the first search would do otherwise. */
	prepare(): void {
		this.#built();
	}

	/** Every line with the text in it. */
	findText(typed: string, found: OnLine): void {
		const lines = this.#built();
		const [text, starts] = [this.#text, this.#starts];
		let index = 0;
		for (let at = text.indexOf(typed); at >= 0;) {
			// Step by step: what people type first is in nearly every line.
			while ((starts[index + 1] as number) <= at) index++;
			const start = starts[index] as number;
			const end = starts[index + 1] as number;
			found(lines[index] as SuggestLine, at - start, end - start - 1);
			at = text.indexOf(typed, end);
		}
	}

	/** Every line in which the syllables stand, `at` being the index of the first of them. */
	findSpoken(typed: TypedSyllables, found: OnLine): void {
		const lines = this.#built();
		const [spoken, starts, initials] = [this.#spoken, this.#spokenStarts, this.#initials];
		const { beginning } = typed;
		let index = 0;
		for (let at = initials.indexOf(beginning); at >= 0;) {
			const first = at + beginning.length - 1;
			while ((starts[index + 1] as number) <= first) index++;
			const isFound = typed.standsAt(spoken, first);
			const end = (starts[index + 1] as number) - 1;
			if (isFound)
				found(
					lines[index] as SuggestLine,
					first - (starts[index] as number),
					end - (starts[index] as number),
				);
			at = initials.indexOf(beginning, isFound ? end : first + 1);
		}
	}

	#built(): readonly SuggestLine[] {
		if (this.#lines) return this.#lines;
		const lines: SuggestLine[] = [];
		for (const [id, authority] of this.#authorities) {
			const add = (how: SuggestLine['how'], texts: readonly DatedText[]): void => {
				for (const dated of texts)
					lines.push({
						id,
						authority,
						how,
						dated,
						sought: normalName(dated.text).toLowerCase(),
						first: firstDay(dated.from),
						last: lastDay(dated.to),
					});
			};
			add('name', authority.names);
			add('shortName', authority.shortNames);
			add('organCode', authority.organCodes);
		}
		const texts = lines.map(({ sought }) => sought);
		[this.#text, this.#starts] = joined(texts);
		this.#speak(lines);
		this.#lines = lines;
		return lines;
	}

	#speak(lines: readonly SuggestLine[]): void {
		const pinyinOf = this.#pinyinOf;
		if (!pinyinOf) return;
		// As with texts: the end of a line before each, which is syllable 0.
		const numbers = [0];
		let initials = '\n';
		this.#spokenStarts = new Int32Array(lines.length + 1);
		this.#spokenStarts[0] = 1;
		lines.forEach(({ dated }, index) => {
			const syllables = this.#syllables.numbersOf(pinyinOf(dated.text));
			for (const number of syllables) {
				numbers.push(number);
				initials += this.#syllables.initialOf(number);
			}
			numbers.push(0);
			initials += '\n';
			this.#spokenStarts[index + 1] = numbers.length;
		});
		this.#spoken = Int32Array.from(numbers);
		this.#initials = initials;
	}
}

/** Texts one under the other, each with a line end before it, and where each begins; last, where the next would. */
function joined(texts: readonly string[]): [string, Int32Array<ArrayBuffer>] {
	const starts = new Int32Array(texts.length + 1);
	let at = 1;
	starts[0] = at;
	texts.forEach((text, index) => (starts[index + 1] = at += text.length + 1));
	return [`\n${texts.join('\n')}\n`, starts];
}
