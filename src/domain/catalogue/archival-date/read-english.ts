import { gregorianPart, type DatePart } from './date-part.ts';
import type { Scan } from './scan.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const LONG = [
	'january',
	'february',
	'march',
	'april',
	'may',
	'june',
	'july',
	'august',
	'september',
	'october',
	'november',
	'december',
];

/** Reads `14 May 1985`, `May 14, 1985` and `May 1985`, whose blanks are gone but those between digits. */
export function readEnglishDate(scan: Scan): DatePart | null {
	const start = scan.at;
	const before = scan.digitsAhead() <= 2 && scan.arabic() ? scan.value : 0;
	const month = readMonthName(scan);
	if (month === 0) {
		scan.at = start;
		return null;
	}
	let day = before;
	if (before === 0 && scan.digitsAhead() <= 2 && scan.arabic()) {
		day = scan.value;
		scan.eatOneOf([',', ' ']);
	}
	if (scan.digitsAhead() !== 4 || !scan.arabic() || scan.value === 0) {
		scan.at = start;
		return null;
	}
	const year = scan.value;
	const found = gregorianPart(year, month, day);
	found.base = { calendar: 'gregorian', eraOffset: 0, isLunar: false, year, month, day, isLeapMonth: false };
	return found;
}

function readMonthName(scan: Scan): number {
	for (let at = 0; at < 12; at++)
		if (scan.eat(LONG[at] as string) || scan.eat(MONTHS[at] as string)) {
			scan.eat('.');
			return at + 1;
		}
	return 0;
}
