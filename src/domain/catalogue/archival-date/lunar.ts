import type { DayNumber } from './days.ts';
import { FIRST_LUNAR_YEAR, FIRST_NEW_YEAR, LAST_LUNAR_YEAR, LUNAR_YEARS } from './lunar-years.ts';

/** A day of the lunar calendar; the year is that in which most of it lies (光绪二十四年 → 1898). */
export interface LunarDay {
	readonly year: number;
	readonly month: number;
	/** The second month of that number in its year (闰). */
	readonly isLeap: boolean;
	readonly day: number;
}

/** First and last day, both included. */
export interface DaySpan {
	readonly first: DayNumber;
	readonly last: DayNumber;
}

const COUNT = LAST_LUNAR_YEAR - FIRST_LUNAR_YEAR + 1;
/** Bits of a year: lengths of months below, repeated month from bit 13 on. */
const codes = new Uint32Array(COUNT);
const newYears = new Int32Array(COUNT + 1);
let isRead = false;

function readTable(): void {
	let first = FIRST_NEW_YEAR;
	for (let at = 0; at < COUNT; at++) {
		const leap = parseInt(LUNAR_YEARS.charAt(at * 5), 16);
		const lengths = parseInt(LUNAR_YEARS.slice(at * 5 + 1, at * 5 + 5), 16);
		codes[at] = (leap << 13) | lengths;
		newYears[at] = first;
		const months = leap > 0 ? 13 : 12;
		first += months * 29;
		for (let month = 0; month < months; month++) first += (lengths >> month) & 1;
	}
	newYears[COUNT] = first;
	isRead = true;
}

/** True for the lunar years that can be converted, 1644–2050. */
export function isKnownLunarYear(year: number): boolean {
	return year >= FIRST_LUNAR_YEAR && year <= LAST_LUNAR_YEAR;
}

/** The days of a lunar year; `null` outside of what is known. */
export function lunarYearSpan(year: number): DaySpan | null {
	if (!isKnownLunarYear(year)) return null;
	if (!isRead) readTable();
	const at = year - FIRST_LUNAR_YEAR;
	return { first: newYears[at] as number, last: (newYears[at + 1] as number) - 1 };
}

/** The month that is repeated in a lunar year; 0 for none or outside of what is known. */
export function leapMonthOf(year: number): number {
	if (!isKnownLunarYear(year)) return 0;
	if (!isRead) readTable();
	return (codes[year - FIRST_LUNAR_YEAR] as number) >> 13;
}

/** The days of a lunar month; `null` when the year is unknown or has no such month. */
export function lunarMonthSpan(year: number, month: number, isLeap: boolean): DaySpan | null {
	if (!isKnownLunarYear(year) || month < 1 || month > 12) return null;
	if (!isRead) readTable();
	const at = year - FIRST_LUNAR_YEAR;
	const code = codes[at] as number;
	const leap = code >> 13;
	if (isLeap && leap !== month) return null;
	const index = month - 1 + (isLeap || (leap > 0 && month > leap) ? 1 : 0);
	let first = newYears[at] as number;
	for (let before = 0; before < index; before++) first += 29 + ((code >> before) & 1);
	return { first, last: first + 28 + ((code >> index) & 1) };
}

/** What a day is in the lunar calendar; `null` outside of what is known. */
export function lunarDayOf(day: DayNumber): LunarDay | null {
	if (!isRead) readTable();
	if (day < FIRST_NEW_YEAR || day >= (newYears[COUNT] as number)) return null;
	let at = Math.min(COUNT - 1, Math.floor((day - FIRST_NEW_YEAR) / 365.2425));
	while ((newYears[at] as number) > day) at--;
	while ((newYears[at + 1] as number) <= day) at++;
	const code = codes[at] as number;
	const leap = code >> 13;
	let first = newYears[at] as number;
	let index = 0;
	for (; ; index++) {
		const length = 29 + ((code >> index) & 1);
		if (day < first + length) break;
		first += length;
	}
	const isAfterLeap = leap > 0 && index >= leap;
	return {
		year: FIRST_LUNAR_YEAR + at,
		month: isAfterLeap ? index : index + 1,
		isLeap: leap > 0 && index === leap,
		day: day - first + 1,
	};
}
