import { doubted, gregorianPart, part, yearPart, type Base, type DatePart } from './date-part.ts';
import { civilDate, dayNumber, fourDigits, type DayNumber } from './days.ts';
import { eitherPart, readWithinYear, type Mark } from './read-chinese.ts';
import { readPortion } from './read-portion.ts';
import type { Scan } from './scan.ts';
import { seasonPart } from './season-part.ts';

/** Reads a date that begins with a number; `null` when the number is none of a year. */
export function readNumericDate(scan: Scan, mark: Mark, today: DayNumber): DatePart | null {
	const start = scan.at;
	if (scan.eatOneOf(['上世纪', '上个世纪']))
		return decadeOfCentury(scan, civilDate(today).year > 2000 ? 20 : 19);
	if (!scan.number()) return null;
	const { value, digits, isHan } = scan;
	if (scan.eat('世纪')) return decadeOfCentury(scan, value);
	if (digits === 4) return readYear(scan, value, mark, isHan);
	const isCompact = !isHan && !'年月'.includes(scan.char || '-');
	if (isCompact && digits === 8) return compact(value);
	if (isCompact && digits === 6) return sixDigits(value, today);
	if (digits === 2 || (digits === 0 && value >= 10 && value < 100)) {
		if (eatDecade(scan)) return shortDecade(scan, value, today);
		if (digits === 2 && scan.eat('年')) return shortYear(scan, value, mark, today);
	}
	if (!isHan && digits <= 2) {
		const dayFirst = readDayFirst(scan, value, today);
		if (dayFirst) return dayFirst;
	}
	scan.at = start;
	return null;
}

/** 年代, or the s of 1950s, which September has, too. */
function eatDecade(scan: Scan): boolean {
	if (scan.eat('年代')) return true;
	const next = scan.text.charAt(scan.at + 1);
	return !(next >= 'a' && next <= 'z') && scan.eat('s');
}

/** `19850514`, `19850500`, `19850000`, and the same of six digits filled up. */
function compact(value: number): DatePart | null {
	const year = Math.floor(value / 10000);
	return year === 0 ? null : withBase(gregorianPart(year, Math.floor(value / 100) % 100, value % 100), value);
}

/** `198505`; where that is no year, `850514`. */
function sixDigits(value: number, today: DayNumber): DatePart | null {
	const year = Math.floor(value / 100);
	const month = value % 100;
	if (month <= 12 && year >= 1000 && year <= civilDate(today).year + 100) return compact(value * 100);
	return shortDate(Math.floor(value / 10000), Math.floor(value / 100) % 100, month, today);
}

/** Year of two digits, month and day. */
function shortDate(short: number, month: number, day: number, today: DayNumber): DatePart {
	const year = fullYear(short, today);
	const found = withBase(gregorianPart(year, month, day), year * 10000 + month * 100 + day);
	return doubted(found, { id: 'date.century-missing', params: { written: short, taken: year } });
}

function withBase(found: DatePart, value: number): DatePart {
	found.base = base(Math.floor(value / 10000), Math.floor(value / 100) % 100, value % 100);
	return found;
}

function base(year: number, month: number, day: number): Base {
	return { calendar: 'gregorian', eraOffset: 0, isLunar: false, year, month, day, isLeapMonth: false };
}

function readYear(scan: Scan, year: number, mark: Mark, isHan: boolean): DatePart | null {
	if (year === 0) return null;
	if (eatDecade(scan)) return decade(scan, year);
	if (scan.eat('年')) {
		scan.eat('度');
		return readWithinYear(scan, { calendar: 'gregorian', year, eraOffset: 0, mark });
	}
	const month = isHan ? 0 : separated(scan);
	if (month === 0) {
		if (mark === 'lunar') return readWithinYear(scan, { calendar: 'gregorian', year, eraOffset: 0, mark });
		const whole = yearPart(year);
		whole.base = base(year, 0, 0);
		return whole;
	}
	const separator = scan.char;
	const number = scan.slice(1, month);
	// 1985-87 are years: no month is higher than 12, and EDTF ends at 41 with what is no month either.
	if (month === 2 && number > year % 100 && number > 12 && separator !== '.') {
		const whole = yearPart(year);
		whole.base = base(year, 0, 0);
		return number > 41 ? whole : seasonOrRange(scan, year, number, separator);
	}
	if (month === 2 && number > 20 && number < 42 && separator === '-') return season(scan, year, number);
	scan.at += 1 + month;
	const day = scan.char === separator ? separated(scan) : 0;
	const dayValue = day > 0 ? scan.slice(1, day) : 0;
	if (day > 0) scan.at += 1 + day;
	scan.eat('日');
	const found = gregorianPart(year, number, dayValue);
	found.base = base(year, number, dayValue);
	return found;
}

/** How many digits, one or two, stand behind a separator; 0 when that is no month or day. */
function separated(scan: Scan): number {
	if (scan.char === '' || !'.-/ '.includes(scan.char)) return 0;
	const count = scan.digitsAhead(1);
	const next = scan.text.charAt(scan.at + 1 + count);
	return count > 2 || next === '年' || next === '世' || next === '月' ? 0 : count;
}

function season(scan: Scan, year: number, code: number): DatePart {
	scan.at += 3;
	return seasonPart(year, code) ?? gregorianPart(year, code, 0);
}

/** 1918-21: the years, or (EDTF) the spring of 1918. */
function seasonOrRange(scan: Scan, year: number, code: number, separator: string): DatePart {
	const one = separator === '-' ? seasonPart(year, code) : null;
	const whole = yearPart(year);
	if (!one) {
		whole.base = base(year, 0, 0);
		return whole;
	}
	scan.at += 3;
	const last = Math.floor(year / 100) * 100 + code;
	const range = part(
		whole.earliest,
		dayNumber(last, 12, 31),
		fourDigits(year),
		fourDigits(last),
		'range',
		'gregorian',
	);
	range.isUncertain = true;
	range.problems.push({
		id: 'date.ambiguous',
		params: { one: `${fourDigits(year)}/${fourDigits(last)}`, other: one.from },
	});
	return range;
}

function decade(scan: Scan, year: number): DatePart {
	const first = year - (year % 10);
	const edtf = `${fourDigits(first).slice(0, 3)}X`;
	// 1985年代 says a decade, but none begins there.
	return readPortion(
		scan,
		part(dayNumber(first, 1, 1), dayNumber(first + 9, 12, 31), edtf, edtf, 'decade', 'gregorian'),
	);
}

/** 20世纪, 20世纪50年代; the century as EDTF counts it, from 1900 on. */
function decadeOfCentury(scan: Scan, century: number): DatePart | null {
	if (century < 2 || century > 99) return null;
	const start = scan.at;
	if (scan.number()) {
		if (scan.value < 100 && scan.eat('年代')) return decade(scan, (century - 1) * 100 + scan.value);
		scan.at = start;
	}
	const first = (century - 1) * 100;
	const edtf = `${fourDigits(first).slice(0, 2)}XX`;
	scan.eat('年代');
	return readPortion(
		scan,
		part(dayNumber(first, 1, 1), dayNumber(first + 99, 12, 31), edtf, edtf, 'century', 'gregorian'),
	);
}

/** The latest year that ends in these digits and is not in the future. */
function fullYear(short: number, today: DayNumber): number {
	const { year } = civilDate(today);
	return year - ((((year - short) % 100) + 100) % 100);
}

function shortDecade(scan: Scan, value: number, today: DayNumber): DatePart {
	const full = decade(scan, fullYear(value, today));
	return doubted(full, {
		id: 'date.century-missing',
		params: { written: value, taken: fullYear(value, today) },
	});
}

function shortYear(scan: Scan, value: number, mark: Mark, today: DayNumber): DatePart {
	const year = fullYear(value, today);
	const found = readWithinYear(scan, { calendar: 'gregorian', year, eraOffset: 0, mark });
	return doubted(found, { id: 'date.century-missing', params: { written: value, taken: year } });
}

/** 14/5/1985, and 5/6/1985, which may be either day; 85.5.14. */
function readDayFirst(scan: Scan, one: number, today: DayNumber): DatePart | null {
	const separator = scan.char;
	const count = separated(scan);
	if (count === 0 || scan.text.charAt(scan.at + 1 + count) !== separator) return null;
	const last = scan.digitsAhead(count + 2);
	if (one > 31 && (last === 1 || last === 2)) {
		const [month, day] = [scan.slice(1, count), scan.slice(count + 2, last)];
		scan.at += count + 2 + last;
		return shortDate(one, month, day, today);
	}
	if (last !== 4) return null;
	const other = scan.slice(1, count);
	const year = scan.slice(count + 2, 4);
	if (year === 0) return null;
	scan.at += count + 6;
	if (one > 12 || one === 0) return gregorianPart(year, other, one);
	if (other > 12 || other === 0 || one === other) return gregorianPart(year, one, other);
	return eitherPart(gregorianPart(year, one, other), gregorianPart(year, other, one));
}
