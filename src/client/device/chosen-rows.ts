import { dayOfInstant } from '#domain/catalogue/archival-date/days.ts';
import { liesIn, wantedDays, type ListChoice } from '#domain/catalogue/list-choice.ts';
import { NO_DATE, rowDates, type RowDates } from '#domain/catalogue/row-dates.ts';
import type { EntryDetail, EntryRow } from '#domain/catalogue/rows.ts';
import { serverClock } from '../server-clock.ts';

/**
 * The rows a list wants of those this device has, as the server would choose them. Of ancestors only their title is
 * known here: they have no date.
 * @throws {Refusal} 'catalogue.bad-dates'
 */
export function chooseRows(
	cards: readonly EntryDetail[],
	rows: readonly EntryRow[],
	{ dates, byDate }: ListChoice,
): readonly EntryRow[] {
	const today = dayOfInstant(new Date(serverClock.now()).toISOString());
	const days = wantedDays(dates, today);
	const cardOf = new Map(cards.map((card) => [card.id, card]));
	const ofRow = new Map<EntryRow, RowDates>(
		rows.map((row) => [row, rowDates(cardOf.get(row.id)?.fields ?? {}, today)]),
	);
	const own = (row: EntryRow): RowDates => ofRow.get(row) ?? { earliest: NO_DATE, latest: NO_DATE };
	const kept = days ? rows.filter((row) => liesIn(own(row), days)) : rows;
	if (!byDate) return kept;
	return kept.toSorted((a, b) => own(a).earliest - own(b).earliest || own(a).latest - own(b).latest);
}
