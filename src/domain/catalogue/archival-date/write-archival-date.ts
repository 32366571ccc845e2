import type { ArchivalDate } from './archival-date.ts';
import { civilDate, fourDigits, isoDay, type DayNumber } from './days.ts';
import { QING_ERAS } from './eras.ts';
import { lunarDayOf } from './lunar.ts';

/** Languages of the interface. */
export type DateLanguage = 'zh' | 'en';

const ENGLISH_MONTHS = [
	'January',
	'February',
	'March',
	'April',
	'May',
	'June',
	'July',
	'August',
	'September',
	'October',
	'November',
	'December',
];
const CHINESE_SEASONS: Readonly<Record<string, string>> = {
	21: '春',
	22: '夏',
	23: '秋',
	24: '冬',
	33: '第一季度',
	34: '第二季度',
	35: '第三季度',
	36: '第四季度',
	40: '上半年',
	41: '下半年',
};
const ENGLISH_SEASONS: Readonly<Record<string, string>> = {
	21: 'spring',
	22: 'summer',
	23: 'autumn',
	24: 'winter',
	33: 'first quarter',
	34: 'second quarter',
	35: 'third quarter',
	36: 'fourth quarter',
	40: 'first half',
	41: 'second half',
};

/**
 * The date in words of the interface, by the Gregorian calendar; what was written by another calendar is added in brackets.
 * A date that is not known is what was written, or 日期不详 / undated.
 */
export function formatArchivalDate(date: ArchivalDate, language: DateLanguage): string {
	const isChinese = language === 'zh';
	const { edtf, isApproximate, isUncertain, isInferred, calendar } = date;
	const written = date.text.trim();
	if (edtf === null)
		return date.problems.length > 0 && written !== '' ? written : isChinese ? '日期不详' : 'undated';
	let words = ofEdtf(edtf.replace(/[?~%]/g, ''), isChinese);
	if (isApproximate) words = isChinese ? `约${words}` : `c. ${words}`;
	if (isInferred) words = `[${words}]`;
	if (isUncertain) words += isChinese ? '？' : '?';
	if (calendar === 'gregorian') return words;
	return isChinese ? `${words}（${written}）` : `${words} (${written})`;
}

function ofEdtf(edtf: string, isChinese: boolean): string {
	const inside = /^[[{](.*)[\]}]$/.exec(edtf)?.[1];
	if (inside !== undefined) {
		const between = edtf.startsWith('{') ? (isChinese ? '、' : ', ') : isChinese ? '或' : ' or ';
		return inside
			.split(',')
			.map((each) => ofInterval(each.split('..'), isChinese))
			.join(between);
	}
	return ofInterval(edtf.split('/'), isChinese);
}

function ofInterval([first = '', last]: readonly string[], isChinese: boolean): string {
	if (last === undefined || first === last) return ofSingle(first, isChinese);
	const isOpen = (end: string): boolean => end === '' || end === '..';
	if (isOpen(first))
		return isChinese ? `${ofSingle(last, isChinese)}以前` : `until ${ofSingle(last, isChinese)}`;
	if (isOpen(last))
		return isChinese ? `${ofSingle(first, isChinese)}以后` : `from ${ofSingle(first, isChinese)}`;
	return isChinese
		? `${ofSingle(first, true)}—${ofSingle(last, true)}`
		: `${ofSingle(first, false)} – ${ofSingle(last, false)}`;
}

function ofSingle(edtf: string, isChinese: boolean): string {
	const [year = '', month = '', day = ''] = edtf.split('-');
	const isDecade = /^\d{3}X$/.test(year) && month === '';
	const isCentury = /^\d\dXX$/.test(year) && month === '';
	if (isDecade) return isChinese ? `${year.slice(0, 3)}0年代` : `${year.slice(0, 3)}0s`;
	if (isCentury) {
		const century = Number(year.slice(0, 2)) + 1;
		return isChinese ? `${century}世纪` : `${ordinal(century)} century`;
	}
	if (year.includes('X') || (month.includes('X') && month !== 'XX') || (day.includes('X') && day !== 'XX'))
		return edtf;
	if (month === 'XX' && day !== '' && day !== 'XX') return edtf;
	const plainYear = String(Number(year));
	const season = (isChinese ? CHINESE_SEASONS : ENGLISH_SEASONS)[month];
	if (season !== undefined) return isChinese ? `${plainYear}年${season}` : `${season} ${plainYear}`;
	if (month === '' || month === 'XX') return isChinese ? `${plainYear}年` : plainYear;
	const monthNumber = Number(month);
	const hasDay = day !== '' && day !== 'XX';
	if (isChinese) return `${plainYear}年${monthNumber}月${hasDay ? `${Number(day)}日` : ''}`;
	return `${hasDay ? `${Number(day)} ` : ''}${ENGLISH_MONTHS[monthNumber - 1] ?? month} ${plainYear}`;
}

function ordinal(value: number): string {
	const last = value % 10;
	const isTeen = value % 100 > 10 && value % 100 < 14;
	return `${value}${isTeen ? 'th' : last === 1 ? 'st' : last === 2 ? 'nd' : last === 3 ? 'rd' : 'th'}`;
}

/**
 * The date as official lists have it: eight digits with `00` for a month or day that is not known, `[…]` when found by
 * research, `first-last` for a range. `null` where eight digits cannot say it: decades, eras, open ends, several dates.
 * @see DA/T 18-2022 (日期)
 */
export function eightDigitsOf(date: ArchivalDate): string | null {
	if (date.edtf === null) return null;
	const ends = date.edtf.replace(/[?~%]/g, '').split('/');
	const digits: string[] = [];
	for (const end of ends) {
		const match = /^(\d{4})(?:-(0\d|1[0-2])(?:-(\d\d))?)?$/.exec(end);
		if (!match) return null;
		digits.push(`${match[1]}${match[2] ?? '00'}${match[3] ?? '00'}`);
	}
	const written = digits.join('-');
	return date.isInferred ? `[${written}]` : written;
}

/**
 * EDTF for an exchange format: of level 2 as kept; level 1 has no sets, no quarters and no qualifier within a date, so
 * that what it cannot say becomes the interval from the first day to the last.
 * @see ISO 8601-2:2019
 */
export function toEdtf(date: ArchivalDate, level: 1 | 2 = 2): string | null {
	const { edtf, earliest, latest } = date;
	if (edtf === null || level === 2) return edtf;
	const isLevel1 =
		!/[[{]|-(2[5-9]|3[2-9]|4\d)\b|[?~%]-|^[?~%]|-[?~%]/.test(edtf) &&
		!/^X|X{3}|X\d|-\dX|X-\d|X.*\/|\/.*X/.test(edtf);
	if (isLevel1) return edtf;
	const mark = date.isUncertain ? (date.isApproximate ? '%' : '?') : date.isApproximate ? '~' : '';
	return `${earliest === null ? '..' : isoDay(earliest) + mark}/${latest === null ? '..' : isoDay(latest) + mark}`;
}

const DIGITS = '〇一二三四五六七八九';

/** 1–199 in Chinese: 二十三, 一百〇五. */
function hanNumber(value: number): string {
	if (value > 100) return `一百${value < 110 ? '〇' : value < 120 ? '一' : ''}${hanNumber(value - 100)}`;
	if (value === 100) return '一百';
	const tens = Math.floor(value / 10);
	const ones = value % 10;
	return `${tens > 1 ? DIGITS.charAt(tens) : ''}${tens > 0 ? '十' : ''}${ones > 0 ? DIGITS.charAt(ones) : ''}`;
}

function hanYear(year: number): string {
	let written = '';
	for (const digit of fourDigits(year)) written += DIGITS.charAt(Number(digit));
	return written;
}

/**
 * One day as another calendar writes it: `1949年10月1日`, `民国三十八年十月一日`, `光绪二十四年八月初六`,
 * `农历一九四九年八月初十`; what {@link parseArchivalDate} reads as the same day. `null` where the calendar had no such day.
 */
export function dayInCalendar(day: DayNumber, calendar: ArchivalDate['calendar']): string | null {
	const { year, month, day: ofMonth } = civilDate(day);
	if (calendar === 'gregorian') return `${year}年${month}月${ofMonth}日`;
	if (calendar === 'minguo') {
		if (year < 1912 || year > 2110) return null;
		return `民国${year === 1912 ? '元' : hanNumber(year - 1911)}年${hanNumber(month)}月${hanNumber(ofMonth)}日`;
	}
	const lunar = lunarDayOf(day);
	if (!lunar) return null;
	const lunarMonth = lunar.isLeap || lunar.month > 1 ? hanNumber(lunar.month) : '正';
	const lunarDay = lunar.day <= 10 ? `初${hanNumber(lunar.day)}` : hanNumber(lunar.day);
	const within = `${lunar.isLeap ? '闰' : ''}${lunarMonth}月${lunarDay}`;
	if (calendar === 'lunar') return `农历${hanYear(lunar.year)}年${within}`;
	const era = QING_ERAS.find((each) => day >= each.first && day <= each.last);
	if (!era) return null;
	const ofEra = lunar.year - era.firstYear + 1;
	return `${era.name}${ofEra === 1 ? '元' : hanNumber(ofEra)}年${within}`;
}
