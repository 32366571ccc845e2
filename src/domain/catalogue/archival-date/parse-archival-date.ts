import type { ArchivalDate, DateProblem } from './archival-date.ts';
import { agreed, edtfOf, listOf, openedAt, rangeOf } from './combine-parts.ts';
import { doubted, type Base, type DatePart } from './date-part.ts';
import { isoDay, type DayNumber } from './days.ts';
import { readEdtf } from './edtf.ts';
import { lunarDayOf } from './lunar.ts';
import { normalise } from './normalise.ts';
import { readPart } from './read-part.ts';
import { Scan } from './scan.ts';

/** Longer texts are no dates; nothing here takes long enough to need the limit. */
const MOST_CHARACTERS = 120;

const NO_DATE = new Set([
	'不详',
	'日期不详',
	'年代不详',
	'时间不详',
	'年月不详',
	'不明',
	'不祥',
	'未知',
	'无',
	'无日期',
	'无年月',
	'缺',
	'n.d.',
	'n.d',
	'nd',
	's.d.',
	's.d',
	'undated',
	'unknown',
	'-',
	'—',
	'?',
]);
const NO_DIGITS_BUT_ZEROS = /^0+$/;
const INFERRED = ['(据内容考证)', '(考证)', '(推断)', '(推定)', '(据考)'];
const EDTF_ONLY = /[xt{]|\.\.|,|^[/?~%]|\/$|[?~%]-/;
const EDTF_CHARACTERS = /^[0-9xtz\-/.?~%[\]{},:+]+$/;
const ANOTHER_DATE = /[年月日—/-]|[0-9〇一二三四五六七八九]{4}|^[0-9]/;
const WEEKDAY = /\((?:星期|礼拜|周)[一二三四五六日天]\)/;
const NUMERALS = /[0-9〇一二三四五六七八九十廿卅]/;

/**
 * Reads a date as archivists write it: eight digits with `00` for what is unknown, with dots, hyphens or 年月日, in Chinese
 * numerals, by the Republican calendar, the eras of the Qing or the lunar calendar, as a range, a decade or a century,
 * with the signs of doubt and the square brackets of a date found by research; and EDTF. Never throws.
 *
 * Months of an era of the Qing are lunar; those of the Republic are Gregorian unless words only the lunar calendar has
 * (初五, 腊月, 闰) say otherwise. 正月 of the Republic may be either. A lunar year is the one most of it lies in: the twelfth
 * month of 1949 ends in 1950.
 *
 * What does not exist or is contradictory is kept with a problem, and the days are those of the longest part that does
 * exist (1985-02-30: February 1985). A date that was not understood has no days at all.
 * @param options.today The day behind which a date is in the future; decides the century of 85年, too.
 * @see DA/T 18-2022 (日期); ISO 8601-2:2019
 */
export function parseArchivalDate(text: string, { today }: { readonly today: DayNumber }): ArchivalDate {
	if (text.length > MOST_CHARACTERS) return noDate(text, notUnderstood(text.slice(0, 40)));
	let written = normalise(text);
	if (written === '' || NO_DATE.has(written) || NO_DIGITS_BUT_ZEROS.test(written)) return noDate(text);
	if (EDTF_ONLY.test(written) && EDTF_CHARACTERS.test(written)) {
		const read = readEdtf(text.trim().toUpperCase());
		if (read) return finished(text, read, false, today);
	}
	let isInferred = false;
	if (written.includes('[') || written.includes(']')) {
		isInferred = true;
		written = written.replaceAll('[', '').replaceAll(']', '');
		if (written === '') return noDate(text, notUnderstood(text));
		if (NO_DATE.has(written)) return noDate(text);
	}
	if (written.includes('(')) {
		written = written.replace(WEEKDAY, '');
		for (const words of INFERRED)
			if (written.includes(words)) {
				isInferred = true;
				written = written.replace(words, '');
			}
	}
	const scan = new Scan(written);
	const found = readAll(scan, today);
	if (!found) return noDate(text, notUnderstood(written));
	if (!scan.isAtEnd) {
		const left = written.slice(scan.at);
		// A second date would be meant as well; the hour of a day, or who received it, changes nothing.
		const isHarmless = found.precision === 'day' && !ANOTHER_DATE.test(left);
		if (NUMERALS.test(left) && !isHarmless) return noDate(text, notUnderstood(left));
		if (left !== '.') doubted(found, { id: 'date.words-left', params: { words: left } });
	}
	// 1985年以前或以后 says nothing.
	if (found.earliest === null && found.latest === null && found.problems.length === 0)
		return noDate(text, notUnderstood(written));
	return finished(text, found, isInferred, null);
}

/** Dates and ranges, one behind the other. */
function readAll(scan: Scan, today: DayNumber): DatePart | null {
	if (scan.digitsAhead() === 16 || scan.digitsAhead() === 12) return readJoined(scan, today);
	let whole = readRange(scan, null, today);
	while (whole && (scan.char === '、' || scan.char === ',')) {
		scan.at++;
		const next = readRange(scan, whole.base, today);
		whole = next && listOf(whole, next);
	}
	return whole;
}

function readRange(scan: Scan, before: Base | null, today: DayNumber): DatePart | null {
	const first = readTwice(scan, before, today);
	const { char } = scan;
	if (!first || (char !== '—' && char !== '-' && char !== '/')) return first;
	scan.at++;
	if (scan.isAtEnd) return openedAt(first, 'after');
	const last = readTwice(scan, first.base, today);
	return last && rangeOf(first, last);
}

/** A date, and perhaps the same by another calendar in brackets. */
function readTwice(scan: Scan, before: Base | null, today: DayNumber): DatePart | null {
	const one = readPart(scan, before, today);
	const start = scan.at;
	if (!one || !scan.eat('(')) return one;
	const other = readPart(scan, baseInBrackets(one), today);
	if (other && scan.eat(')')) return agreed(one, other);
	scan.at = start;
	return one;
}

/** A lunar month and day in brackets belong to the lunar year of the day before them: 1950年1月1日(农历十一月十三). */
function baseInBrackets({ base, precision, earliest }: DatePart): Base | null {
	if (!base || precision !== 'day' || earliest === null) return null;
	const lunar = base.isLunar ? null : lunarDayOf(earliest);
	return { ...base, calendar: base.isLunar ? base.calendar : 'gregorian', year: lunar?.year ?? base.year };
}

/** Two dates of eight or six digits without anything between, as in columns of fixed width. */
function readJoined(scan: Scan, today: DayNumber): DatePart | null {
	const half = scan.digitsAhead() / 2;
	const first = readPart(new Scan(scan.text.slice(0, half)), null, today);
	const rest = new Scan(scan.text.slice(half));
	const last = readPart(rest, null, today);
	scan.at = half + rest.at;
	return first && last && rangeOf(first, last);
}

function notUnderstood(words: string): DateProblem {
	return { id: 'date.not-understood', params: { words: words.slice(0, 40) } };
}

function noDate(text: string, problem?: DateProblem): ArchivalDate {
	return {
		text,
		edtf: null,
		earliest: null,
		latest: null,
		isApproximate: false,
		isUncertain: problem !== undefined,
		isInferred: false,
		precision: 'unknown',
		calendar: 'gregorian',
		problems: problem ? [problem] : [],
	};
}

function finished(text: string, read: DatePart, isInferred: boolean, today: DayNumber | null): ArchivalDate {
	if (today !== null && read.earliest !== null && read.earliest > today)
		read.problems.push({ id: 'date.future', params: { date: isoDay(read.earliest) } });
	const { earliest, latest, isApproximate, precision, calendar, problems } = read;
	const isKnown = earliest !== null || latest !== null;
	return {
		text,
		edtf: edtfOf(read),
		earliest,
		latest,
		isApproximate,
		isUncertain: read.isUncertain || (!isKnown && problems.length > 0),
		isInferred,
		precision: isKnown ? precision : 'unknown',
		calendar,
		problems,
	};
}
