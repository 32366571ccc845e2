import type { DateCalendar, DatePrecision, DateProblem } from './archival-date.ts';
import { dayNumber, daysInMonth, fourDigits, isoDay, twoDigits, type DayNumber } from './days.ts';
import { isKnownLunarYear, leapMonthOf, lunarMonthSpan, lunarYearSpan, type DaySpan } from './lunar.ts';

/** What a shorter date behind a longer one takes over from it: 1985年5月—7月. */
export interface Base {
	readonly calendar: DateCalendar;
	/** Year one of the era is this and one more; 0 where years are written in full. */
	readonly eraOffset: number;
	readonly isLunar: boolean;
	readonly year: number;
	/** 0 when none was written. */
	readonly month: number;
	readonly day: number;
	readonly isLeapMonth: boolean;
}

/** One date of a text, before the parts are put together. */
export interface DatePart {
	earliest: DayNumber | null;
	latest: DayNumber | null;
	/** EDTF of its first and last end; the same for what EDTF can say in one. Empty when nothing is known. */
	from: string;
	to: string;
	/** EDTF of what is no interval: one of several days, or all of them. Empty otherwise. */
	set: string;
	precision: DatePrecision;
	calendar: DateCalendar;
	isApproximate: boolean;
	isUncertain: boolean;
	problems: DateProblem[];
	base: Base | null;
}

/** A part with its first and last day, and its EDTF. */
export function part(
	first: DayNumber | null,
	last: DayNumber | null,
	from: string,
	to: string,
	precision: DatePrecision,
	calendar: DateCalendar,
): DatePart {
	return {
		earliest: first,
		latest: last,
		from,
		to,
		set: '',
		precision,
		calendar,
		isApproximate: false,
		isUncertain: false,
		problems: [],
		base: null,
	};
}

/** A part of which nothing is known but what is wrong with it. */
export function unknownPart(calendar: DateCalendar, problem: DateProblem): DatePart {
	const unknown = part(null, null, '', '', 'unknown', calendar);
	return doubted(unknown, problem);
}

/** The part with a problem that leaves open what was meant. */
export function doubted(doubtful: DatePart, problem: DateProblem): DatePart {
	doubtful.problems.push(problem);
	doubtful.isUncertain = true;
	return doubtful;
}

/** The days between two, as an interval of days. */
export function spanPart(span: DaySpan, precision: DatePrecision, calendar: DateCalendar): DatePart {
	return part(span.first, span.last, isoDay(span.first), isoDay(span.last), precision, calendar);
}

/** A whole Gregorian year. */
export function yearPart(year: number, calendar: DateCalendar = 'gregorian'): DatePart {
	const edtf = fourDigits(year);
	return part(dayNumber(year, 1, 1), dayNumber(year, 12, 31), edtf, edtf, 'year', calendar);
}

function monthPart(year: number, month: number, calendar: DateCalendar): DatePart {
	const edtf = `${fourDigits(year)}-${twoDigits(month)}`;
	const first = dayNumber(year, month, 1);
	return part(first, first + daysInMonth(year, month) - 1, edtf, edtf, 'month', calendar);
}

/**
 * A Gregorian date; month and day 0 where they are not known (`19520000`). What does not exist gives the month or year it
 * was written with, as uncertain.
 */
export function gregorianPart(
	year: number,
	month: number,
	day: number,
	calendar: DateCalendar = 'gregorian',
): DatePart {
	if (month === 0 && day === 0) return yearPart(year, calendar);
	if (month < 1 || month > 12)
		return doubted(yearPart(year, calendar), { id: 'date.no-such-day', params: { year, month, day } });
	if (day === 0) return monthPart(year, month, calendar);
	if (day > daysInMonth(year, month))
		return doubted(monthPart(year, month, calendar), {
			id: 'date.no-such-day',
			params: { year, month, day },
		});
	const edtf = `${fourDigits(year)}-${twoDigits(month)}-${twoDigits(day)}`;
	const number = dayNumber(year, month, day);
	return part(number, number, edtf, edtf, 'day', calendar);
}

/**
 * A lunar date as Gregorian days; month and day 0 where they were not written, day -1 for the last of the month (晦).
 * What does not exist gives the month or year it was written with, as uncertain; a year whose months are not known, all
 * days it can have had.
 */
export function lunarPart(
	year: number,
	month: number,
	day: number,
	isLeap: boolean,
	calendar: DateCalendar,
): DatePart {
	if (!isKnownLunarYear(year)) {
		// A lunar year begins on 21 January at the earliest and ends on 20 February at the latest.
		const all = { first: dayNumber(year, 1, 20), last: dayNumber(year + 1, 2, 21) };
		return doubted(spanPart(all, 'year', calendar), { id: 'date.lunar-year-unknown', params: { year } });
	}
	const ofYear = lunarYearSpan(year) as DaySpan;
	if (month === 0) return spanPart(ofYear, 'year', calendar);
	const ofMonth = lunarMonthSpan(year, month, isLeap);
	if (!ofMonth)
		return doubted(spanPart(ofYear, 'year', calendar), {
			id: 'date.lunar-month-missing',
			params: { year, month, leapMonth: leapMonthOf(year) },
		});
	if (day === 0) return spanPart(ofMonth, 'month', calendar);
	const number = day < 0 ? ofMonth.last : ofMonth.first + day - 1;
	if (number > ofMonth.last)
		return doubted(spanPart(ofMonth, 'month', calendar), {
			id: 'date.lunar-day-missing',
			params: { year, month, day, days: ofMonth.last - ofMonth.first + 1 },
		});
	return spanPart({ first: number, last: number }, 'day', calendar);
}
