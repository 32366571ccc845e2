import type { DateCalendar } from './archival-date.ts';
import { part, type DatePart } from './date-part.ts';
import { dayNumber, fourDigits } from './days.ts';

const SEASONS: readonly (readonly [number, number])[] = [
	[2, 5],
	[5, 8],
	[8, 11],
	[11, 14],
];

/**
 * The first and last month a part of a year can lie in; above 12 in the next year. Seasons are wide, since some count them
 * by the solar terms (立春, early February) and some from March on.
 */
function monthsOf(code: number): readonly [number, number] | null {
	if (code >= 21 && code <= 24) return SEASONS[code - 21] as readonly [number, number];
	if (code >= 33 && code <= 36) return [(code - 33) * 3 + 1, (code - 33) * 3 + 3];
	if (code === 40 || code === 41) return [(code - 40) * 6 + 1, (code - 40) * 6 + 6];
	return null;
}

/**
 * A part of a year by its code in EDTF: 21–24 seasons, 33–36 quarters, 40 and 41 halves. `null` for any other.
 * @see ISO 8601-2:2019 (sub-year groupings)
 */
export function seasonPart(
	year: number,
	code: number,
	calendar: DateCalendar = 'gregorian',
): DatePart | null {
	const months = monthsOf(code);
	if (!months) return null;
	const [from, to] = months;
	const edtf = `${fourDigits(year)}-${code}`;
	const behind = to >= 12 ? dayNumber(year + 1, to - 11, 1) : dayNumber(year, to + 1, 1);
	return part(dayNumber(year, from, 1), behind - 1, edtf, edtf, 'season', calendar);
}
