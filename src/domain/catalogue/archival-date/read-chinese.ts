import type { DateCalendar } from './archival-date.ts';
import {
	doubted,
	gregorianPart,
	lunarPart,
	spanPart,
	yearPart,
	type Base,
	type DatePart,
} from './date-part.ts';
import { isHanNumeral, type Scan } from './scan.ts';
import { seasonPart } from './season-part.ts';

/** Which calendar the words before a date name. */
export type Mark = 'solar' | 'lunar' | '';

const SOLAR = ['公元', '公历', '阳历', '西历', '新历', '国历'];
const LUNAR = ['农历', '阴历', '旧历', '夏历', '古历', '废历'];

/** Reads 公历, (农历) and the like. */
export function readMark(scan: Scan): Mark {
	const start = scan.at;
	const isBracketed = scan.eat('(');
	const mark = scan.eatOneOf(SOLAR) ? 'solar' : scan.eatOneOf(LUNAR) ? 'lunar' : '';
	if (mark === '' || (isBracketed && !scan.eat(')'))) {
		scan.at = start;
		return '';
	}
	return mark;
}

const SEASONS = '春夏秋冬';

/** Reads what divides a year other than by months: 春, 上半年, 第三季度, 年初. `null` when it is nothing of that. */
function readYearDivision(scan: Scan, year: number, calendar: DateCalendar): DatePart | null {
	const season = scan.isAtEnd ? -1 : SEASONS.indexOf(scan.char);
	if (season >= 0) {
		scan.at++;
		scan.eatOneOf(['季', '天']);
		return seasonPart(year, 21 + season, calendar);
	}
	if (scan.eat('上半年')) return seasonPart(year, 40, calendar);
	if (scan.eat('下半年')) return seasonPart(year, 41, calendar);
	const start = scan.at;
	scan.eat('第');
	if (scan.number() && scan.value >= 1 && scan.value <= 4 && scan.eat('季度'))
		return seasonPart(year, 32 + scan.value, calendar);
	scan.at = start;
	const isBeginning = scan.char === '初' && !isHanNumeral(scan.text.charAt(scan.at + 1));
	if (isBeginning || scan.char === '底' || scan.char === '末') {
		scan.at++;
		const near = yearPart(year, calendar);
		near.isApproximate = true;
		return near;
	}
	return null;
}

/** What was read of a month, 正月 and the like told apart. */
export interface Month {
	month: number;
	isLeap: boolean;
	/** `word`: only the lunar calendar has it (腊月, 闰); `first`: 正月, which the early Republic called January, too; `solar`: 元月. */
	kind: 'plain' | 'word' | 'first' | 'solar';
	hasUnit: boolean;
}

/** Reads a month; a number without 月 counts where a range or the end follows. */
export function readMonth(scan: Scan): Month | null {
	const start = scan.at;
	const isLeap = scan.eat('闰');
	let found: Month | null = null;
	if (scan.eat('正月')) found = { month: 1, isLeap, kind: 'first', hasUnit: true };
	else if (scan.eat('元月')) found = { month: 1, isLeap, kind: 'solar', hasUnit: true };
	else if (scan.eat('冬月')) found = { month: 11, isLeap, kind: 'word', hasUnit: true };
	else if (scan.eat('腊月')) found = { month: 12, isLeap, kind: 'word', hasUnit: true };
	else if (scan.number()) {
		const month = scan.value;
		if (scan.eat('月')) found = { month, isLeap, kind: 'plain', hasUnit: true };
		else if (month >= 1 && month <= 12 && (scan.isAtEnd || '—-.'.includes(scan.char)))
			found = { month, isLeap, kind: 'plain', hasUnit: false };
	}
	if (!found) {
		scan.at = start;
		return null;
	}
	if (isLeap) found.kind = 'word';
	if (found.hasUnit) scan.eat('份');
	else scan.eat('.');
	return found;
}

/** What was read of a day; -1 for the last of its month (晦). */
export interface Day {
	day: number;
	isLunarWord: boolean;
}

/** Reads a day; 初五, 朔, 望 and 晦 are lunar, 廿 is not: it was written in both calendars. */
export function readDay(scan: Scan): Day | null {
	const start = scan.at;
	let found: Day | null = null;
	if (scan.eat('初')) {
		if (scan.number() && scan.value >= 1 && scan.value <= 10) found = { day: scan.value, isLunarWord: true };
	} else if (scan.eat('朔')) found = { day: 1, isLunarWord: true };
	else if (scan.eat('望')) found = { day: 15, isLunarWord: true };
	else if (scan.eat('晦')) found = { day: -1, isLunarWord: true };
	else if (scan.number() && scan.value < 100 && !'年月'.includes(scan.char || '-'))
		found = { day: scan.value, isLunarWord: false };
	if (!found) {
		scan.at = start;
		return null;
	}
	scan.eat('日');
	return found;
}

/** Reads 上旬, 月底 behind a month and narrows it. */
function readMonthDivision(scan: Scan, month: DatePart): DatePart {
	const { earliest: first, latest: last, calendar } = month;
	if (month.precision !== 'month' || first === null || last === null) return month;
	const third = scan.eatOneOf(['上旬', '中旬', '下旬']);
	if (third !== '') {
		const span =
			third === '上旬'
				? { first, last: first + 9 }
				: third === '中旬'
					? { first: first + 10, last: first + 19 }
					: { first: first + 20, last };
		return { ...spanPart(span, 'range', calendar), base: month.base };
	}
	if (scan.eatOneOf(['初', '底', '末', '中'])) month.isApproximate = true;
	return month;
}

/** The year behind which {@link readWithinYear} reads. */
export interface Year {
	readonly calendar: DateCalendar;
	/** Gregorian or lunar year. */
	readonly year: number;
	readonly eraOffset: number;
	readonly mark: Mark;
}

/** Reads what stands behind the year of a date: month and day by whichever calendar, or nothing. */
export function readWithinYear(scan: Scan, { calendar, year, eraOffset, mark }: Year): DatePart {
	const asked = mark === 'lunar' || (calendar === 'qing' && mark !== 'solar') || calendar === 'lunar';
	const behind = readMark(scan);
	const isLunarAsked = behind === 'lunar' || (asked && behind !== 'solar');
	const month = readMonth(scan);
	if (!month) {
		const divided = isLunarAsked ? null : readYearDivision(scan, year, calendar);
		if (divided) return divided;
		const whole = isLunarAsked ? lunarPart(year, 0, 0, false, lunarName(calendar)) : yearPart(year, calendar);
		whole.base = { calendar, eraOffset, isLunar: isLunarAsked, year, month: 0, day: 0, isLeapMonth: false };
		return whole;
	}
	return readWithinMonth(
		scan,
		{
			calendar,
			eraOffset,
			isLunar: isLunarAsked,
			year,
			month: month.month,
			day: 0,
			isLeapMonth: month.isLeap,
		},
		month.kind,
		mark === 'solar' || behind === 'solar',
	);
}

/** The calendar of a lunar date: its era's, or lunar. */
export const lunarName = (calendar: DateCalendar): DateCalendar =>
	calendar === 'gregorian' ? 'lunar' : calendar;

/** Reads the day behind a month and makes the date of both. */
export function readWithinMonth(scan: Scan, base: Base, kind: Month['kind'], isSolarSure: boolean): DatePart {
	const between = readMark(scan);
	const day = readDay(scan);
	const { year, month, calendar } = base;
	const isLunarWord =
		kind === 'word' || (kind === 'first' && calendar !== 'minguo') || (day?.isLunarWord ?? false);
	const isLunar = !isSolarSure && (base.isLunar || between === 'lunar' || isLunarWord);
	const number = day?.day ?? 0;
	if (kind === 'first' && calendar === 'minguo' && !isLunar && !isSolarSure) {
		const both = eitherPart(
			gregorianPart(year, month, number, calendar),
			lunarPart(year, month, number, base.isLeapMonth, calendar),
		);
		return { ...both, base: { ...base, day: number } };
	}
	const found = isLunar
		? lunarPart(year, month, number, base.isLeapMonth, lunarName(calendar))
		: gregorianPart(year, month, number, calendar);
	// 0月 and 0日 were written, and are no month or day that is merely unknown.
	if ((month === 0 || day?.day === 0) && found.problems.length === 0)
		doubted(found, { id: 'date.no-such-day', params: { year, month, day: number } });
	found.base = { ...base, isLunar, day: number };
	return day ? found : readMonthDivision(scan, found);
}

/** A date that means one of two. The days between are not meant, but first and last are all there is to sort by. */
export function eitherPart(one: DatePart, other: DatePart): DatePart {
	if (one.earliest === null || other.earliest === null) return one.earliest === null ? other : one;
	const span = {
		first: Math.min(one.earliest, other.earliest),
		last: Math.max(one.latest ?? one.earliest, other.latest ?? other.earliest),
	};
	const precision = one.precision === other.precision ? one.precision : 'range';
	const both = spanPart(span, precision, one.calendar);
	if (one.from === one.to && other.from === other.to)
		both.set = `[${one.earliest < other.earliest ? `${one.from},${other.from}` : `${other.from},${one.from}`}]`;
	both.problems.push(...one.problems);
	return doubted(both, {
		id: 'date.ambiguous',
		params: { one: spanWords(one), other: spanWords(other) },
	});
}

function spanWords(of: DatePart): string {
	return of.from === of.to ? of.from : `${of.from}/${of.to}`;
}
