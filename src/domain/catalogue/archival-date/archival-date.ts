import type { Params } from '../../base/refusal.ts';
import { civilDate, type DayNumber } from './days.ts';

/** How much of a date is said. `era`: a reign or a republic; `range`: two dates or several. */
export type DatePrecision =
	'day' | 'month' | 'season' | 'year' | 'decade' | 'century' | 'era' | 'range' | 'unknown';

/** By which calendar a date was written: Gregorian, Republican (民国), an era of the Qing, lunar without an era. */
export type DateCalendar = 'gregorian' | 'minguo' | 'qing' | 'lunar';

/** What is wrong or undecided about a date as written; the words are `date_problem_…` in i18n. */
export interface DateProblem {
	readonly id:
		| 'date.ambiguous'
		| 'date.century-missing'
		| 'date.cycle-alone'
		| 'date.cycle-differs'
		| 'date.era-year-out-of-range'
		| 'date.future'
		| 'date.lunar-day-missing'
		| 'date.lunar-month-missing'
		| 'date.lunar-year-unknown'
		| 'date.no-such-day'
		| 'date.not-understood'
		| 'date.readings-differ'
		| 'date.reversed-range'
		| 'date.unknown-era'
		| 'date.words-left';
	readonly params: Params;
}

/**
 * A date as archives mean it: the words as written, and what is known of the days they can mean.
 * @see DA/T 18-2022 (日期); EDTF = ISO 8601-2:2019, clauses 4–15 in levels 0–2
 */
export interface ArchivalDate {
	/** As written, every character kept. */
	readonly text: string;
	/** The same in EDTF, by the Gregorian calendar; `null` when nothing is known. */
	readonly edtf: string | null;
	/** First day it can mean; `null` when unknown or open. Never after `latest`. */
	readonly earliest: DayNumber | null;
	/** Last day it can mean; `null` when unknown or open. */
	readonly latest: DayNumber | null;
	/** 约, 前后, `~`: near these days, perhaps outside of them. */
	readonly isApproximate: boolean;
	/** `?`, or a problem that leaves open what was meant. */
	readonly isUncertain: boolean;
	/** In square brackets (方括号): found by research, not read on the document. */
	readonly isInferred: boolean;
	readonly precision: DatePrecision;
	readonly calendar: DateCalendar;
	readonly problems: readonly DateProblem[];
}

/** Where an open beginning sorts: before every day. */
const BEFORE_ALL = -100_000_000;
/** Where an open end sorts: after every day. */
const AFTER_ALL = 100_000_000;
/** Where sorts what has no date at all: last. */
const UNKNOWN = 200_000_000;

/**
 * Two integers to sort by, first `earliest`, then `latest`: open beginnings first, unknown dates last. How sure a date
 * is does not count, so that a question mark moves nothing.
 */
export function sortKeys(date: ArchivalDate): { earliest: number; latest: number } {
	if (date.earliest === null && date.latest === null) return { earliest: UNKNOWN, latest: UNKNOWN };
	return { earliest: date.earliest ?? BEFORE_ALL, latest: date.latest ?? AFTER_ALL };
}

/** Whether a date can lie between two days, both included, `null` for no limit. An unknown date never does. */
export function matchesRange(date: ArchivalDate, from: DayNumber | null, to: DayNumber | null): boolean {
	if (date.earliest === null && date.latest === null) return false;
	return (
		(to === null || date.earliest === null || date.earliest <= to) &&
		(from === null || date.latest === null || date.latest >= from)
	);
}

/** First and last Gregorian year a date can mean, `null` where it is open; `null` when nothing is known. */
export function yearsOf(date: ArchivalDate): { first: number | null; last: number | null } | null {
	if (date.earliest === null && date.latest === null) return null;
	return {
		first: date.earliest === null ? null : civilDate(date.earliest).year,
		last: date.latest === null ? null : civilDate(date.latest).year,
	};
}
