import { openedAt } from './combine-parts.ts';
import { gregorianPart, yearPart, type Base, type DatePart } from './date-part.ts';
import { isoDay, type DayNumber } from './days.ts';
import { readMark, readWithinYear } from './read-chinese.ts';
import { eraOfOffset, readEraDate, readYearOfEra } from './read-era.ts';
import { readEnglishDate } from './read-english.ts';
import { readNumericDate } from './read-numeric.ts';
import { readShorter } from './read-shorter.ts';
import type { Scan } from './scan.ts';

const NEAR_BEFORE = ['约为', '大约', '大概', '约', 'circa', 'ca.', 'ca', 'c.', '~'];
const PERHAPS_BEFORE = ['可能为', '可能', '疑为', '疑'];
const NEAR_BEHIND = ['前后', '左右', '上下', '~'];
const EARLIER = ['以前', '之前', '前'];
const LATER = ['以后', '之后', '以来', '后', '起', '—今'];

/**
 * Reads one date with the words that say how sure it is; `before` is the date whose year or month it may share.
 * `null` when no date stands here.
 */
export function readPart(scan: Scan, before: Base | null, today: DayNumber): DatePart | null {
	const isNear = scan.eatOneOf(NEAR_BEFORE) !== '';
	const isDoubtful = scan.eatOneOf(PERHAPS_BEFORE) !== '';
	const mark = readMark(scan);
	const found =
		readEraDate(scan, mark) ??
		(before ? (readShorter(scan, before, mark) ?? readBare(scan, before)) : null) ??
		readNumericDate(scan, mark, today) ??
		readEnglishDate(scan);
	if (!found) return null;
	if (isNear) found.isApproximate = true;
	if (isDoubtful) found.isUncertain = true;
	if (found.earliest !== null && found.earliest > today)
		found.problems.push({ id: 'date.future', params: { date: isoDay(found.earliest) } });
	return readBehind(scan, found);
}

/** Reads the words behind a date: `?`, 前后, 以前, 星期二. */
function readBehind(scan: Scan, found: DatePart): DatePart {
	let side: 'before' | 'after' | '' = '';
	for (;;) {
		if (scan.eat('(?)') || scan.eat('?')) found.isUncertain = true;
		else if (scan.eatOneOf(NEAR_BEHIND)) found.isApproximate = true;
		else if (scan.eat('%')) {
			found.isApproximate = true;
			found.isUncertain = true;
		} else if (scan.eatOneOf(EARLIER)) side = 'before';
		else if (scan.eatOneOf(LATER)) side = 'after';
		else if (scan.eatOneOf(['星期', '礼拜'])) scan.at++;
		else break;
	}
	return side === '' ? found : openedAt(found, side);
}

/** Reads a number without a unit behind a range: 1985-87, 1985.3-5, 民国三十年—三十五. */
function readBare(scan: Scan, before: Base): DatePart | null {
	const start = scan.at;
	if (!scan.number() || scan.digits > 2) {
		scan.at = start;
		return null;
	}
	const { value } = scan;
	const hasYear = scan.eat('年');
	if (before.eraOffset !== 0 && before.month === 0 && !hasYear)
		return readYearOfEra(scan, eraOfOffset(before.eraOffset), value, '');
	if (before.eraOffset === 0 && before.month === 0 && value > before.year % 100) {
		const year = before.year - (before.year % 100) + value;
		if (hasYear) return readWithinYear(scan, { calendar: 'gregorian', year, eraOffset: 0, mark: '' });
		if (scan.isAtEnd || scan.char === '?' || scan.char === '~') return yearPart(year);
	}
	if (before.month !== 0 && before.day === 0 && !before.isLunar && !hasYear && value >= 1 && value <= 12)
		return gregorianPart(before.year, value, 0, before.calendar);
	scan.at = start;
	return null;
}
