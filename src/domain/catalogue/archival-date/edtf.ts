import { part, type DatePart } from './date-part.ts';
import { dayNumber, daysInMonth } from './days.ts';
import { seasonPart } from './season-part.ts';

/** A date, interval or set of EDTF. */
const UNIT = /^([0-9X]{4})(?:-([0-9X]{2})(?:-([0-9X]{2}))?)?$/;
const TIME = /T\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d(:\d\d)?)?$/;
const MOST = 200;

/**
 * Reads EDTF as it is written in exchange formats; `null` when the text is something else.
 * Level 0, level 1 with years 0001–9999, and of level 2 qualifiers and `X` at any place and sets. Two limits: a
 * qualifier of one component speaks for the whole date, and times are left out.
 * @see ISO 8601-2:2019, clause 4 and following
 */
export function readEdtf(text: string): DatePart | null {
	if (text.length === 0 || text.length > MOST) return null;
	const open = text.charAt(0);
	if (open === '[' || open === '{') return readSet(text, open);
	const slash = text.indexOf('/');
	if (slash < 0) return readSingle(text);
	if (text.includes('/', slash + 1)) return null;
	return readInterval(text.slice(0, slash), text.slice(slash + 1));
}

function readInterval(before: string, behind: string): DatePart | null {
	const isOpen = (end: string): boolean => end === '' || end === '..';
	const first = isOpen(before) ? null : readSingle(before);
	const last = isOpen(behind) ? null : readSingle(behind);
	if ((!first && !isOpen(before)) || (!last && !isOpen(behind)) || (!first && !last)) return null;
	if (first && last && (first.earliest ?? 0) > (last.latest ?? 0)) return null;
	const whole = part(
		first?.earliest ?? null,
		last?.latest ?? null,
		first?.from ?? before,
		last?.to ?? behind,
		'range',
		'gregorian',
	);
	whole.isApproximate = (first?.isApproximate ?? false) || (last?.isApproximate ?? false);
	whole.isUncertain = (first?.isUncertain ?? false) || (last?.isUncertain ?? false);
	whole.set = `${first ? first.set : before}/${last ? last.set : behind}`;
	return whole;
}

function readSet(written: string, open: string): DatePart | null {
	if (!written.endsWith(open === '[' ? ']' : '}')) return null;
	const members = written.slice(1, -1).split(',');
	let whole: DatePart | null = null;
	for (const member of members) {
		const dots = member.indexOf('..');
		const read = dots < 0 ? readSingle(member) : readInterval(member.slice(0, dots), member.slice(dots + 2));
		if (!read) return null;
		if (!whole) {
			whole = read;
			continue;
		}
		const { earliest, latest } = whole;
		whole.earliest = earliest === null || read.earliest === null ? null : Math.min(earliest, read.earliest);
		whole.latest = latest === null || read.latest === null ? null : Math.max(latest, read.latest);
		whole.isApproximate ||= read.isApproximate;
		whole.isUncertain ||= read.isUncertain;
	}
	if (!whole) return null;
	whole.precision = members.length === 1 ? whole.precision : 'range';
	whole.set = written;
	return whole;
}

function readSingle(written: string): DatePart | null {
	const isBoth = written.includes('%');
	const isApproximate = isBoth || written.includes('~');
	const isUncertain = isBoth || written.includes('?');
	const plain = isApproximate || isUncertain ? written.replace(/[?~%]/g, '') : written;
	const found = readUnit(plain.includes('T') ? plain.replace(TIME, '') : plain);
	if (!found) return null;
	found.isApproximate = isApproximate;
	found.isUncertain = isUncertain;
	found.set = written;
	return found;
}

function readUnit(plain: string): DatePart | null {
	const match = UNIT.exec(plain);
	if (!match) return null;
	const [, year = '', month = '', day = ''] = match;
	const firstYear = Number(year.replaceAll('X', '0'));
	const lastYear = Number(year.replaceAll('X', '9'));
	if (firstYear === 0) return null;
	if (day === '' && !year.includes('X') && Number(month) > 12) return seasonPart(firstYear, Number(month));
	const months = spanOf(month, 1, 12);
	if (!months) return null;
	const [firstMonth, lastMonth] = months;
	const lastDays = daysInMonth(lastYear, lastMonth);
	// A day is checked against the longest month it can lie in.
	const most = firstMonth === lastMonth && firstYear === lastYear ? lastDays : 31;
	const days = spanOf(day, 1, most);
	if (!days) return null;
	const first = dayNumber(firstYear, firstMonth, Math.min(days[0], daysInMonth(firstYear, firstMonth)));
	const last = dayNumber(lastYear, lastMonth, Math.min(days[1], lastDays));
	const xs = year.split('X').length - 1;
	const precision =
		xs > 2 || (xs > 0 && month !== '')
			? 'range'
			: xs === 2
				? 'century'
				: xs === 1
					? 'decade'
					: month === '' || month.includes('X')
						? 'year'
						: day === '' || day.includes('X')
							? 'month'
							: 'day';
	return part(first, last, plain, plain, precision, 'gregorian');
}

/** The numbers two places can mean, `X` for any digit; everything when nothing is written. */
function spanOf(places: string, least: number, most: number): readonly [number, number] | null {
	if (places === '') return [least, most];
	const first = Math.max(least, Number(places.replaceAll('X', '0')));
	const last = Math.min(most, Number(places.replaceAll('X', '9')));
	return places.includes('X') || Number(places) === first ? (first <= last ? [first, last] : null) : null;
}

/** What EDTF writes behind a date that is uncertain, approximate or both. */
export function qualifierOf(date: {
	readonly isApproximate: boolean;
	readonly isUncertain: boolean;
}): string {
	return date.isUncertain ? (date.isApproximate ? '%' : '?') : date.isApproximate ? '~' : '';
}
