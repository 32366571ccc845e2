/** Dates in the form machines read, beside the words in an export. */
import { isoDay } from '#domain/catalogue/archival-date/days.ts';
import { parseArchivalDate } from '#domain/catalogue/archival-date/parse-archival-date.ts';
import { toEdtf } from '#domain/catalogue/archival-date/write-archival-date.ts';

/**
 * Decides nothing but the century of years of two digits, which is doubtful anyway: an export must not change with the day
 * it is made.
 */
const FIXED_TODAY = 20_000;
const ISO = /^\d{4}(-(0[1-9]|1[0-2])(-\d\d)?)?(\/\d{4}(-(0[1-9]|1[0-2])(-\d\d)?)?)?$/;

/**
 * `@normal` of a `unitdate` (and `@certainty` where it is near or doubtful) for a date as written; nothing where no
 * days are known at one of its ends. The schema takes ISO 8601 there: what EDTF says beyond that becomes the days it
 * can mean.
 * @see EAD3 1.1, unitdate
 */
export function normalAttributes(written: string): Readonly<Record<string, string>> {
	if (written === '') return {};
	const date = parseArchivalDate(written, { today: FIXED_TODAY });
	const { earliest, latest, isApproximate, isUncertain } = date;
	const edtf = toEdtf(date)?.replace(/[?~%]/g, '');
	if (edtf === undefined || earliest === null || latest === null) return {};
	// A year that means something else somewhere else is no help to a machine.
	if (date.problems.length > 0) return {};
	const normal = ISO.test(edtf) ? edtf : `${isoDay(earliest)}/${isoDay(latest)}`;
	const certainty = isApproximate
		? 'approximate'
		: isUncertain
			? 'uncertain'
			: date.isInferred
				? 'inferred'
				: '';
	return { normal, ...(certainty ? { certainty } : {}) };
}
