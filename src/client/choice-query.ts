import type { ListChoice } from '#domain/catalogue/list-choice.ts';

/** What an address says of the rows that are wanted, to be added to others. */
export function choiceQuery({ dates, byDate }: ListChoice = {}): string {
	return `${dates ? `&dates=${encodeURIComponent(dates)}` : ''}${byDate ? '&sort=date' : ''}`;
}
