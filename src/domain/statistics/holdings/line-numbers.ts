import {
	groupNumbers,
	type CodedEntry,
	type NumberRange,
} from '../../catalogue/reference-codes/group-numbers.ts';
import { finalPartOf } from '../../catalogue/reference-codes/code-parts.ts';
import type { HoldingsRecord } from './holdings-record.ts';

/** The numbers of a line of the register against those of the catalogue. */
export interface NumbersReport {
	/** Numbers the register knows and no entry has, rising. */
	readonly missing: readonly NumberRange[];
	/** Numbers entries have and the register does not know, rising. */
	readonly beyond: readonly NumberRange[];
	/** Numbers that several entries have, as written without padding. */
	readonly duplicates: readonly string[];
}

/**
 * What is missing or too many between the first and last number of a line. `undefined` where the register says none.
 * `entries`: the files of the line, or its single items where there are no files; an inserted number (`23甲`) stands for
 * no other.
 */
export function numbersReport(
	line: Pick<HoldingsRecord, 'firstNumber' | 'lastNumber'>,
	entries: Iterable<CodedEntry>,
): NumbersReport | undefined {
	const { firstNumber: first, lastNumber: last } = line;
	if (first === undefined || last === undefined) return undefined;
	const all = [...entries];
	const { gaps, highest, duplicates } = groupNumbers(all, first);
	const missing = gaps
		.filter(({ from }) => from <= last)
		.map(({ from, to }) => ({ from, to: Math.min(to, last) }));
	const counted = Math.max(highest, first - 1);
	// Gaps end at the highest number that is there.
	if (counted < last) missing.push({ from: counted + 1, to: last });
	return {
		missing,
		beyond: rangesOf(all.map(numberOf).filter((value) => value > 0 && (value < first || value > last))),
		duplicates: duplicates.map(({ number }) => number),
	};
}

function numberOf({ parts }: CodedEntry): number {
	const final = finalPartOf(parts);
	return final === undefined ? 0 : (parts[final]?.value ?? 0);
}

function rangesOf(values: readonly number[]): NumberRange[] {
	const ranges: { from: number; to: number }[] = [];
	for (const value of [...values].sort((a, b) => a - b)) {
		const last = ranges.at(-1);
		if (last && value <= last.to + 1) last.to = value;
		else ranges.push({ from: value, to: value });
	}
	return ranges;
}
