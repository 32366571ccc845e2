import { gregorianPart, lunarPart, type Base, type DatePart } from './date-part.ts';
import { lunarName, readDay, readMonth, readWithinMonth, type Mark } from './read-chinese.ts';
import { eraOfOffset, readYearOfEra } from './read-era.ts';
import type { Scan } from './scan.ts';

/** Reads a date that leaves out what it shares with the one before: 七月, 16日, 二十五年. */
export function readShorter(scan: Scan, shared: Base, named: Mark): DatePart | null {
	const start = scan.at;
	const before = named === '' ? shared : { ...shared, isLunar: named === 'lunar' };
	const { calendar, eraOffset, year } = before;
	const mark: Mark = before.isLunar ? 'lunar' : '';
	if (eraOffset !== 0) {
		const isFirst = scan.eat('元年');
		if (isFirst || (scan.number() && scan.digits < 3 && scan.eat('年')))
			return readYearOfEra(scan, eraOfOffset(eraOffset), isFirst ? 1 : scan.value, mark);
		scan.at = start;
	}
	const month = readMonth(scan);
	// 1985.5.14-6.20
	const isDotted = month !== null && scan.text.charAt(scan.at - 1) === '.' && scan.digitsAhead() > 0;
	if (month && (month.hasUnit || isDotted))
		return readWithinMonth(
			scan,
			{ ...before, month: month.month, day: 0, isLeapMonth: month.isLeap },
			month.kind,
			named === 'solar',
		);
	scan.at = start;
	if (before.day !== 0) {
		const day = readDay(scan);
		if (day && day.day !== 0)
			return before.isLunar || day.isLunarWord
				? lunarPart(year, before.month, day.day, before.isLeapMonth, lunarName(calendar))
				: gregorianPart(year, before.month, day.day, calendar);
		scan.at = start;
	}
	return null;
}
