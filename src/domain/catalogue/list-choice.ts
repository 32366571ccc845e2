import type { DayNumber } from './archival-date/days.ts';
import { parseArchivalDate } from './archival-date/parse-archival-date.ts';
import { Refusal } from '../base/refusal.ts';
import { NO_DATE, type RowDates } from './row-dates.ts';

/** Which rows of a list are wanted, and in which order. */
export interface ListChoice {
	/** A date or range as people write it: only rows that may lie in it. */
	readonly dates?: string | undefined;
	/** By date, then as else: rows without one last. */
	readonly byDate?: boolean | undefined;
}

/** First and last day, `null` for no limit. */
export interface DayRange {
	readonly from: DayNumber | null;
	readonly to: DayNumber | null;
}

/**
 * The days a filter means; undefined for an empty one.
 * @throws {Refusal} 'catalogue.bad-dates' when it names no days
 */
export function wantedDays(written: string | undefined, today: DayNumber): DayRange | undefined {
	if (written === undefined || written.trim() === '') return undefined;
	const { earliest, latest } = parseArchivalDate(written, { today });
	if (earliest === null && latest === null)
		throw new Refusal('catalogue.bad-dates', { dates: written.slice(0, 60) });
	return { from: earliest, to: latest };
}

/** Whether an entry with these days may lie in a range; one without a date never does. */
export function liesIn({ earliest, latest }: RowDates, { from, to }: DayRange): boolean {
	return earliest !== NO_DATE && (to === null || earliest <= to) && (from === null || latest >= from);
}
