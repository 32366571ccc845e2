import type { Finding } from '../../base/finding.ts';
import { CODE_RULES } from './code-problems.ts';
import { finalPartOf, writtenPart, type CodeNumber, type CodeParts } from './code-parts.ts';
import { groupOf, numberKey } from './groups.ts';
import type { RegimeRef } from './regimes.ts';

export interface CodedEntry {
	readonly id: string;
	readonly parts: CodeParts;
}

/** Numbers that nobody has, both ends included. */
export interface NumberRange {
	readonly from: number;
	readonly to: number;
}

/** A number that several entries have, however it is padded. */
export interface DuplicateNumber {
	/** Without padding, with what an inserted number carries. */
	readonly number: string;
	/** In the order in which they came, at least two. */
	readonly ids: readonly string[];
}

export interface GroupReport {
	readonly count: number;
	/** 0 when the group is empty. */
	readonly lowest: number;
	readonly highest: number;
	/** Rising. Always empty where pages are counted: steps between start pages are no gaps. */
	readonly gaps: readonly NumberRange[];
	/** In the order in which their second entry came. */
	readonly duplicates: readonly DuplicateNumber[];
	/** Digits to which most numbers are padded; 1 where they are not. */
	readonly width: number;
	/** Entries whose number is padded otherwise, in the order in which they came. */
	readonly oddWidths: readonly { readonly id: string; readonly number: CodeNumber }[];
}

/** Longest number a regime knows. */
const MOST_DIGITS = 6;

/**
 * Collects the final numbers of one group, in any order, and says what is odd about them. Time grows with the entries
 * and the highest number, memory by about 15 bytes for each.
 */
export class GroupScan {
	readonly #countsPages: boolean;
	readonly #ids: string[] = [];
	/** Of each entry; 0 for numbers that carry no width. */
	#widths = new Uint8Array(64);
	#values = new Int32Array(64);
	/** By value: index + 1 of the first entry that has it, 0 for nobody. */
	#firstByValue = new Int32Array(64);
	readonly #inserted = new Map<string, { first: number; ids?: string[] }>();
	readonly #suffixes = new Map<number, string>();
	readonly #duplicates = new Map<number | string, string[]>();
	#lowest = Number.POSITIVE_INFINITY;
	#highest = 0;

	/** @param countsPages whether the numbers are those of pages, between which steps are no gaps. */
	constructor(countsPages = false) {
		this.#countsPages = countsPages;
	}

	/** Takes one more number, of at most six digits. */
	add(id: string, number: CodeNumber): void {
		const { value, width, suffix } = number;
		if (!(value >= 1 && value < 10 ** MOST_DIGITS)) return;
		const index = this.#ids.push(id) - 1;
		if (index >= this.#widths.length) {
			this.#widths = grown(this.#widths, new Uint8Array(this.#widths.length * 2));
			this.#values = grown(this.#values, new Int32Array(this.#values.length * 2));
		}
		this.#widths[index] = width ?? 0;
		this.#values[index] = value;
		if (suffix === undefined) this.#addPlain(id, value, index);
		else this.#addInserted(id, number, index, suffix);
		if (value < this.#lowest) this.#lowest = value;
		if (value > this.#highest) this.#highest = value;
	}

	#addPlain(id: string, value: number, index: number): void {
		if (value >= this.#firstByValue.length) {
			let size = this.#firstByValue.length * 2;
			while (size <= value) size *= 2;
			this.#firstByValue = grown(this.#firstByValue, new Int32Array(size));
		}
		const first = this.#firstByValue[value] as number;
		if (first === 0) this.#firstByValue[value] = index + 1;
		else this.#repeat(value, first - 1, id);
	}

	#addInserted(id: string, number: CodeNumber, index: number, suffix: string): void {
		this.#suffixes.set(index, suffix);
		const key = numberKey(number);
		const known = this.#inserted.get(key);
		if (known) this.#repeat(key, known.first, id);
		else this.#inserted.set(key, { first: index });
	}

	#repeat(key: number | string, first: number, id: string): void {
		const known = this.#duplicates.get(key);
		if (known) known.push(id);
		else this.#duplicates.set(key, [this.#ids[first] as string, id]);
	}

	/** What was collected so far. `first`: the number with which the group should begin. */
	report(first = 1): GroupReport {
		const width = this.#commonWidth();
		return {
			count: this.#ids.length,
			lowest: this.#highest === 0 ? 0 : this.#lowest,
			highest: this.#highest,
			gaps: this.#countsPages ? [] : this.#gaps(first),
			duplicates: [...this.#duplicates].map(([number, ids]) => ({ number: String(number), ids: [...ids] })),
			width,
			oddWidths: this.#oddWidths(width),
		};
	}

	/** An inserted number fills no gap: `23甲` says that 23 is somewhere. */
	#gaps(first: number): NumberRange[] {
		const gaps: NumberRange[] = [];
		let expected = first;
		for (let value = first; value <= this.#highest; value++) {
			if (!this.#firstByValue[value]) continue;
			if (value > expected) gaps.push({ from: expected, to: value - 1 });
			expected = value + 1;
		}
		if (expected <= this.#highest) gaps.push({ from: expected, to: this.#highest });
		return gaps;
	}

	/** The width to which most numbers conform; of equals the largest, so that one `37` beside one `036` is the odd one. */
	#commonWidth(): number {
		const conforming = new Float64Array(MOST_DIGITS + 2);
		for (let index = 0; index < this.#ids.length; index++) {
			const width = this.#widths[index] as number;
			if (width === 0) continue;
			if (width > digitsOf(this.#values[index] as number)) conforming[width]!++;
			else for (let each = 1; each <= width; each++) conforming[each]!++;
		}
		let best = 1;
		for (let width = 2; width < conforming.length; width++)
			if (conforming[width]! > 0 && conforming[width]! >= conforming[best]!) best = width;
		return best;
	}

	#oddWidths(width: number): { id: string; number: CodeNumber }[] {
		const odd: { id: string; number: CodeNumber }[] = [];
		for (let index = 0; index < this.#ids.length; index++) {
			const own = this.#widths[index] as number;
			const value = this.#values[index] as number;
			if (own === 0 || own === Math.max(digitsOf(value), width)) continue;
			const suffix = this.#suffixes.get(index);
			odd.push({
				id: this.#ids[index] as string,
				number: suffix === undefined ? { value, width: own } : { value, width: own, suffix },
			});
		}
		return odd;
	}
}

/** The scans of many groups, by {@link groupOf}. Entries without a running number are left out. */
export function scanGroups(ref: RegimeRef, entries: Iterable<CodedEntry>): Map<string, GroupScan> {
	const groups = new Map<string, GroupScan>();
	for (const { id, parts } of entries) {
		const key = groupOf(ref, parts);
		const final = finalPartOf(parts);
		if (key === undefined || final === undefined) continue;
		let scan = groups.get(key);
		if (!scan) groups.set(key, (scan = new GroupScan(final === 'pageNumber')));
		scan.add(id, parts[final] as CodeNumber);
	}
	return groups;
}

/** The final numbers of one group, in any order. `first`: the number with which it should begin. */
export function groupNumbers(entries: Iterable<CodedEntry>, first = 1): GroupReport {
	let scan: GroupScan | undefined;
	for (const { id, parts } of entries) {
		const final = finalPartOf(parts);
		if (final === undefined) continue;
		scan ??= new GroupScan(final === 'pageNumber');
		scan.add(id, parts[final] as CodeNumber);
	}
	return (scan ?? new GroupScan()).report(first);
}

/** The numbers that are missing in one group, as rising ranges. */
export function codeGaps(entries: Iterable<CodedEntry>, first = 1): readonly NumberRange[] {
	return groupNumbers(entries, first).gaps;
}

/** The numbers that several entries of one group have, with all of those entries. */
export function codeDuplicates(entries: Iterable<CodedEntry>): readonly DuplicateNumber[] {
	return groupNumbers(entries).duplicates;
}

/** What a report says as findings, `where` being the group's key or the entry. */
export function groupFindings(group: string, report: GroupReport): Finding[] {
	const found = (rule: 'code.gap' | 'code.duplicate' | 'code.group-width', where: string, params: object) =>
		({ rule, severity: CODE_RULES[rule].severity, where, params }) as Finding;
	return [
		...report.duplicates.map(({ number, ids }) =>
			found('code.duplicate', group, { written: number, count: ids.length }),
		),
		...report.gaps.map(({ from, to }) => found('code.gap', group, { from, to, count: to - from + 1 })),
		...report.oddWidths.map(({ id, number }) =>
			found('code.group-width', id, { written: writtenPart(number), width: report.width }),
		),
	];
}

function digitsOf(value: number): number {
	let digits = 1;
	for (let limit = 10; value >= limit; limit *= 10) digits++;
	return digits;
}

function grown<T extends Uint8Array | Int32Array>(from: T, into: T): T {
	into.set(from);
	return into;
}
