import { spanPart, type DatePart } from './date-part.ts';
import { civilDate, dayNumber } from './days.ts';
import type { Scan } from './scan.ts';

const BEGINNING = ['初年', '初期', '早期', '初'];
const MIDDLE = ['中期', '中叶', '中'];
const END = ['晚期', '后期', '末期', '末年', '末', '晚'];

/**
 * Reads 初年, 中期, 末 behind a decade, a century or an era. Nobody says where these begin: they are taken as the thirds,
 * whole years, and are approximate.
 */
export function readPortion(scan: Scan, whole: DatePart): DatePart {
	const third = scan.eatOneOf(BEGINNING) ? 0 : scan.eatOneOf(MIDDLE) ? 1 : scan.eatOneOf(END) ? 2 : -1;
	const { earliest, latest } = whole;
	if (third < 0 || earliest === null || latest === null) return whole;
	const firstYear = civilDate(earliest).year;
	const years = civilDate(latest).year - firstYear;
	const from = firstYear + Math.floor((years * third) / 3);
	const to = firstYear + Math.ceil((years * (third + 1)) / 3);
	const span = {
		first: Math.max(earliest, dayNumber(from, 1, 1)),
		last: Math.min(latest, dayNumber(to, 12, 31)),
	};
	const portion = spanPart(span, whole.precision, whole.calendar);
	portion.isApproximate = true;
	portion.isUncertain = whole.isUncertain;
	portion.problems = whole.problems;
	return portion;
}
