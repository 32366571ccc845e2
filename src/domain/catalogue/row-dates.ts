import { sortKeys, type ArchivalDate } from './archival-date/archival-date.ts';
import type { DayNumber } from './archival-date/days.ts';
import { parseArchivalDate } from './archival-date/parse-archival-date.ts';
import { itemsOf, textOf, type FieldKey, type FieldValue } from './entry.ts';

/** First and last day an entry may speak of, to sort and to filter by. */
export interface RowDates {
	/** Below every day for an open beginning, {@link NO_DATE} when nothing is known. */
	readonly earliest: number;
	/** Above every day for an open end, {@link NO_DATE} when nothing is known. */
	readonly latest: number;
}

const UNKNOWN: RowDates = sortKeys({ earliest: null, latest: null } as ArchivalDate);

/** What both ends are where no date is known: sorts behind every date. */
export const NO_DATE = UNKNOWN.earliest;

/**
 * The days of an entry: of all its dates, else of its document, else of its range, else of its year. Dates as written
 * come first; a normalised date beside them (`normal`) is asked only where the words are not understood.
 * @param today decides the century of years of two digits
 */
export function rowDates(fields: Readonly<Record<FieldKey, FieldValue>>, today: DayNumber): RowDates {
	const several = itemsOf(fields, 'dates');
	if (several.length > 0) {
		const known = several
			.map(({ value }) => {
				const read = daysOf(value.text, today);
				const { normal } = value;
				return read.earliest === NO_DATE && typeof normal === 'string' ? daysOf(normal, today) : read;
			})
			.filter(({ earliest }) => earliest !== NO_DATE);
		if (known.length > 0)
			return {
				earliest: Math.min(...known.map(({ earliest }) => earliest)),
				latest: Math.max(...known.map(({ latest }) => latest)),
			};
	}
	for (const field of ['documentDate', 'dateRange', 'year']) {
		const written = textOf(fields[field]);
		if (written === '') continue;
		const read = daysOf(written, today);
		if (read.earliest !== NO_DATE) return read;
	}
	return UNKNOWN;
}

// Rows of a fonds say the same dates over and over; reading one anew takes longer than all the rest of its row.
const known = new Map<string, RowDates>();
const MOST_KNOWN = 20_000;

function daysOf(written: string, today: DayNumber): RowDates {
	const key = `${today} ${written}`;
	let days = known.get(key);
	if (!days) {
		if (known.size >= MOST_KNOWN) known.clear();
		days = sortKeys(parseArchivalDate(written, { today }));
		known.set(key, days);
	}
	return days;
}
