import type { EntryId } from '#domain/base/ids.ts';
import type { EntryDetail } from '#domain/catalogue/rows.ts';

/** How the keys of the facts begin that mark entries whose content was purged. */
export const GONE = 'gone:';

/** The fact that marks an entry as purged: nothing of it is kept on this device any more. */
export function goneKey(id: EntryId): string {
	return `${GONE}${id}`;
}

/** The entries whose words a card holds: its own, unless it says itself that they are gone, and those above that it names. */
export function namedBy({ id, purged, path }: EntryDetail): EntryId[] {
	return [...(purged ? [] : [id]), ...path.filter(({ title }) => title !== '').map((above) => above.id)];
}
