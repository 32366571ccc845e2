import type { ArchivalDate } from './archival-date/archival-date.ts';
import { eightDigitsOf } from './archival-date/write-archival-date.ts';

/** How a date could be written by the rules. */
export interface DateSuggestion {
	/** Eight digits, or a range of them. */
	readonly text: string;
	/** What was written says more than the digits do, and belongs into the note. */
	readonly keepsWording: boolean;
}

/** Problems that leave no doubt about which day is meant. */
const HARMLESS: readonly string[] = ['date.century-missing'];
/** Years of the Republic: `35年` may be 1935 as well as 1946. */
const REPUBLIC_YEARS = 38;

/**
 * The eight digits for a date as written; undefined where they say the same, cannot say it, or would hide a doubt.
 * Wording by another calendar and shortened years are kept beside them.
 * @see DA/T 18-2022 (日期, 附注)
 */
export function suggestedDate(date: ArchivalDate): DateSuggestion | undefined {
	if (date.isApproximate || date.problems.some(({ id }) => !HARMLESS.includes(id))) return undefined;
	// A question mark that is written is part of what is known.
	if (date.isUncertain && date.problems.length === 0) return undefined;
	if (date.problems.some(({ params }) => Number(params?.['written']) <= REPUBLIC_YEARS)) return undefined;
	const text = eightDigitsOf(date);
	if (text === null || text === date.text.trim()) return undefined;
	return { text, keepsWording: date.calendar !== 'gregorian' || date.problems.length > 0 };
}
