import type { RegisterRecord } from '../registers/register.ts';
import type { Authority, DatedText } from './authority.ts';
import { dayDigits, firstDay, isValidOn, lastDay, latestOf, normalName, onlyTextOn } from './dated-text.ts';
import type { PinyinOf } from './pinyin.ts';
import { SuggestBlock, type SuggestLine } from './suggest-block.ts';
import { isTypedPinyin, Syllables, TypedSyllables } from './syllables.ts';

/** An authority proposed while somebody types. */
export interface Suggestion {
	readonly id: string;
	readonly authority: Authority;
	/** What choosing it writes: the name on the day; where there was none, the newest name. */
	readonly written: string;
	/** Whether that name was valid on the day; without a day, whether it still is. */
	readonly isValid: boolean;
	/** The text that was found, which may be another than what is written. */
	readonly dated: DatedText;
	readonly how: 'name' | 'shortName' | 'organCode';
	readonly by: 'text' | 'pinyin';
}

export interface SuggestOptions {
	/** Day of the record, as far as it is known: `YYYY`, `YYYYMM`, `YYYYMMDD`. */
	readonly day?: string;
	readonly limit: number;
}

const BLOCK_SIZE = 200;
const MOST_TYPED = 60;
/** More than any tier. */
const OUT_OF_TIME = 10;

/** The authority list for typing. A change costs the next search the rebuilding of one block. */
export class SuggestIndex {
	readonly #blocks: SuggestBlock[] = [];
	readonly #blockOf = new Map<string, SuggestBlock>();
	readonly #syllables = new Syllables();
	readonly #pinyinOf: PinyinOf | undefined;

	/** @param pinyinOf syllables of a text, from `loadPinyin` or as they were stored; without it only texts are found. */
	constructor(records: Iterable<RegisterRecord<Authority>> = [], pinyinOf?: PinyinOf) {
		this.#pinyinOf = pinyinOf;
		for (const record of records) this.put(record);
	}

	/** Takes a record in, in the place of an earlier version of it. */
	put({ id, content, isWithdrawn }: Pick<RegisterRecord<Authority>, 'id' | 'content' | 'isWithdrawn'>): void {
		if (isWithdrawn) return this.remove(id);
		let block = this.#blockOf.get(id);
		if (!block) {
			block = this.#blocks.at(-1);
			if (!block || block.size >= BLOCK_SIZE)
				this.#blocks.push((block = new SuggestBlock(this.#syllables, this.#pinyinOf)));
			this.#blockOf.set(id, block);
		}
		block.put(id, content);
	}

	/** Takes a record out; nothing happens when it is not there. */
	remove(id: string): void {
		this.#blockOf.get(id)?.remove(id);
		this.#blockOf.delete(id);
	}

	/**
	 * Makes what is searched, a block of authorities at each step, so that whoever has other things to do can do them
	 * between. Otherwise the first search does it.
	 */
	*prepare(): Generator<void> {
		for (const block of this.#blocks) {
			block.prepare();
			yield;
		}
	}

	/** @internal Every line that what was typed can mean. */
	search(typed: string, found: (line: SuggestLine, by: Suggestion['by'], tier: number) => void): void {
		for (const block of this.#blocks)
			block.findText(typed, (line, at, length) =>
				found(line, 'text', at > 0 ? 2 : length === typed.length ? 0 : 1),
			);
		if (!this.#pinyinOf || !isTypedPinyin(typed)) return;
		const spoken = new TypedSyllables(typed, this.#syllables);
		for (const block of this.#blocks)
			block.findSpoken(spoken, (line, at) => found(line, 'pinyin', at > 0 ? 4 : 3));
	}
}

interface Candidate {
	readonly line: SuggestLine;
	readonly by: Suggestion['by'];
	/** Lower is better. */
	readonly rank: number;
}

/**
 * Whom what was typed can mean: by the beginning or the middle of a name, short name or organ code, or by its pinyin.
 * First what was valid on the day, then whole before begun before inner, texts before pinyin, short before long.
 */
export function suggest(index: SuggestIndex, typed: string, options: SuggestOptions): Suggestion[] {
	const sought = normalName(typed.slice(0, MOST_TYPED)).toLowerCase().replaceAll("'", '');
	const { limit } = options;
	const day = options.day === undefined ? undefined : dayDigits(options.day);
	if (sought === '' || limit < 1) return [];
	const best: Candidate[] = [];
	// Without a day: what has no end.
	const from = firstDay(day ?? '9999');
	const to = lastDay(day);
	let worst = Number.POSITIVE_INFINITY;
	index.search(sought, (line, by, tier) => {
		if (tier > worst) return;
		const rank = line.first <= to && line.last >= from ? tier : tier + OUT_OF_TIME;
		const last = best.length < limit ? undefined : best[limit - 1];
		if (last && compareTo(last, rank, line) >= 0) return;
		insert(best, { line, by, rank }, limit);
		if (best.length === limit) worst = (best[limit - 1] as Candidate).rank;
	});
	return best.map(({ line, by }) => suggestionOf(line, by, day));
}

/** Below 0 when the line of that rank comes before the candidate; above 0 when behind. */
function compareTo(candidate: Candidate, rank: number, line: SuggestLine): number {
	const other = candidate.line;
	return (
		rank - candidate.rank ||
		line.sought.length - other.sought.length ||
		compareUnits(line.sought, other.sought) ||
		compareUnits(line.id, other.id)
	);
}

function insert(best: Candidate[], candidate: Candidate, limit: number): void {
	const { line, rank } = candidate;
	const same = best.findIndex((each) => each.line.id === line.id);
	if (same >= 0) {
		if (compareTo(best[same] as Candidate, rank, line) >= 0) return;
		best.splice(same, 1);
	}
	let at = best.length;
	while (at > 0 && compareTo(best[at - 1] as Candidate, rank, line) < 0) at--;
	best.splice(at, 0, candidate);
	if (best.length > limit) best.length = limit;
}

function compareUnits(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

function suggestionOf(line: SuggestLine, by: Suggestion['by'], day: string | undefined): Suggestion {
	const { id, authority, how, dated } = line;
	const { written, isValid } = writtenOn(line, day);
	return { id, authority, written, isValid, dated, how, by };
}

/** In the year in which a name changed both are right: then the one that was found, else the newer. */
function writtenOn(
	{ authority: { names }, how, dated }: SuggestLine,
	day: string | undefined,
): { written: string; isValid: boolean } {
	const newest = latestOf(names);
	if (day === undefined) return { written: newest?.text ?? dated.text, isValid: newest?.to === undefined };
	const only = onlyTextOn(names, day);
	if (only !== undefined) return { written: only, isValid: true };
	if (how === 'name' && isValidOn(dated, day)) return { written: dated.text, isValid: true };
	const valid = latestOf(names.filter((name) => isValidOn(name, day)));
	return { written: (valid ?? newest ?? dated).text, isValid: valid !== undefined };
}
