import { civilDate, type DayNumber } from '../archival-date/days.ts';
import { parseArchivalDate } from '../archival-date/parse-archival-date.ts';
import { itemsOf, textOf, type FieldKey, type FieldValue } from '../entry.ts';
import type { DayText } from './dated-text.ts';

/** Dates of an entry in the order in which they are believed; profiles have one or the other. */
const DATE_FIELDS = ['documentDate', 'dates', 'dateRange', 'year'];

/**
 * The days by which names in an entry are judged: one as exact as it is known, or first and last of a longer time. None when
 * the entry has no date that is understood.
 */
export function entryDays(
	fields: Readonly<Record<FieldKey, FieldValue>>,
	today: DayNumber,
): readonly DayText[] {
	for (const id of DATE_FIELDS)
		for (const text of [textOf(fields[id]), ...itemsOf(fields, id).map(({ value }) => value.text)]) {
			const days = text === '' ? [] : daysIn(text, today);
			if (days.length > 0) return days;
		}
	return [];
}

function daysIn(text: string, today: DayNumber): DayText[] {
	const { earliest, latest } = parseArchivalDate(text, { today });
	if (earliest === null || latest === null) {
		const known = earliest ?? latest;
		return known === null ? [] : [digits(known)];
	}
	const [first, last] = [digits(earliest), digits(latest)];
	for (const length of [8, 6, 4])
		if (first.slice(0, length) === last.slice(0, length)) return [first.slice(0, length)];
	return [first, last];
}

function digits(number: DayNumber): string {
	const { year, month, day } = civilDate(number);
	return [String(year).padStart(4, '0'), String(month).padStart(2, '0'), String(day).padStart(2, '0')].join(
		'',
	);
}
