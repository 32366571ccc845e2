import { daysInMonth } from '../archival-date/days.ts';
import type { DatedText } from './authority.ts';

/** A day that may be known to the month or year only: `YYYY`, `YYYYMM`, `YYYYMMDD`, hyphens between allowed. */
export type DayText = string;

const BEFORE_ALL = '00000000';
const AFTER_ALL = '99999999';

/** Whether a text is a year, month or day of the Gregorian calendar, in digits. */
export function isDayText(text: string): boolean {
	if (!/^\d{4}(?:\d\d){0,2}$/.test(text)) return false;
	const year = Number(text.slice(0, 4));
	if (year === 0) return false;
	if (text.length === 4) return true;
	const month = Number(text.slice(4, 6));
	if (month < 1 || month > 12) return false;
	return (
		text.length === 6 || (Number(text.slice(6)) >= 1 && Number(text.slice(6)) <= daysInMonth(year, month))
	);
}

const WRITTEN_DAY = /^\d{8}$/;

/** Digits of a day as rules and fields write it; what is unknown (`00`) is left away. `undefined` when it is no day. */
export function dayDigits(day: DayText): string | undefined {
	if (WRITTEN_DAY.test(day) && isDayText(day)) return day;
	const digits = day.replaceAll('-', '').replace(/^(\d{4})(?:0000|(\d\d)00)$/, '$1$2');
	return isDayText(digits) ? digits : undefined;
}

/** First day a text can mean, for comparison with others; open when it is left out. */
export function firstDay(from: string | undefined): string {
	return from === undefined ? BEFORE_ALL : from.padEnd(8, '01');
}

/** Last day a text can mean, for comparison only: every month has 31 days. */
export function lastDay(to: string | undefined): string {
	if (to === undefined) return AFTER_ALL;
	return to.length === 4 ? `${to}1231` : to.length === 6 ? `${to}31` : to;
}

/** Whether it was valid on a day, or on some day of a month or year. What is no day is never met. */
export function isValidOn(dated: DatedText, day: DayText): boolean {
	const digits = dayDigits(day);
	return (
		digits !== undefined && firstDay(dated.from) <= lastDay(digits) && lastDay(dated.to) >= firstDay(digits)
	);
}

/** Whether two have a day in common, as their dates are written. */
export function overlaps(one: DatedText, other: DatedText): boolean {
	return firstDay(one.from) <= lastDay(other.to) && firstDay(other.from) <= lastDay(one.to);
}

/**
 * Whether two have more in common than the year or month in which one ends and the other begins: 1958–2001 and 2001–
 * say that the change was in 2001, not that there were two names.
 */
export function overlapsBeyondTurn(one: DatedText, other: DatedText): boolean {
	return overlaps(one, other) && !turnsInto(one, other) && !turnsInto(other, one);
}

function turnsInto(earlier: DatedText, later: DatedText): boolean {
	if (earlier.to === undefined || later.from === undefined) return false;
	const shared = Math.min(earlier.to.length, later.from.length);
	return (
		shared < 8 &&
		earlier.to.slice(0, shared) === later.from.slice(0, shared) &&
		firstDay(earlier.from) <= firstDay(later.from) &&
		lastDay(later.to) >= lastDay(earlier.to) &&
		!(earlier.from === later.from && earlier.to === later.to)
	);
}

/** Whether every day of the one is a day of the other. */
export function covers(outer: DatedText, inner: DatedText): boolean {
	return firstDay(outer.from) <= firstDay(inner.from) && lastDay(outer.to) >= lastDay(inner.to);
}

/** The one that was valid last; of equals the one that began last, then the one that stands last. */
export function latestOf(texts: readonly DatedText[]): DatedText | undefined {
	let latest: DatedText | undefined;
	for (const each of texts)
		if (
			!latest ||
			lastDay(each.to) > lastDay(latest.to) ||
			(lastDay(each.to) === lastDay(latest.to) && firstDay(each.from) >= firstDay(latest.from))
		)
			latest = each;
	return latest;
}

/** The one text valid on a day; `undefined` when none is, or when several different ones are. */
export function onlyTextOn(texts: readonly DatedText[], day: DayText): string | undefined {
	let only: string | undefined;
	for (const each of texts) {
		if (!isValidOn(each, day) || each.text === only) continue;
		if (only !== undefined) return undefined;
		only = each.text;
	}
	return only;
}

const CHANGED_BY_NORMALISING = /[^\u4E00-\u9FFF0-9A-Za-z]/u;

/** Text as names are compared: compatibility forms made plain (NFKC), without blanks and signs of no width. */
export function normalName(text: string): string {
	if (!CHANGED_BY_NORMALISING.test(text)) return text;
	return text.normalize('NFKC').replace(/[\s\u200B-\u200F\u2060\uFEFF]+/gu, '');
}
