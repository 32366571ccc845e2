import type { EntryRow } from '#domain/catalogue/rows.ts';

/** Order among siblings, as the server lists them: by key, then by id; code units, not letters of a language. */
export function compareSiblings(
	a: Pick<EntryRow, 'order' | 'id'>,
	b: Pick<EntryRow, 'order' | 'id'>,
): number {
	if (a.order !== b.order) return a.order < b.order ? -1 : 1;
	return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
