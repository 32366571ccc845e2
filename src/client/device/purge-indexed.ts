import type { EntryId } from '#domain/base/ids.ts';
import type { EntryDetail } from '#domain/catalogue/rows.ts';
import { docKeysOf } from '#sync/entry-doc.ts';
import type { PersonDb } from './device-db.ts';
import { draftsAbout } from './drafts.ts';

/**
 * Removes all there is of entries in IndexedDB, in one step; see `DeviceStore.purge`. Rare, so loaded when it is needed.
 * @param cards all there are: which of them name one on the way down to them is sealed
 */
export function purgeIndexed(
	{ docs, updates, kept, cards: sealed, facts }: PersonDb,
	ids: readonly EntryId[],
	cards: readonly EntryDetail[],
): PromiseLike<number> {
	const gone = new Set<string>(ids);
	const naming = cards.filter(({ path }) => path.some(({ id }) => gone.has(id))).map(({ id }) => id);
	return docs.db.transaction('rw', [docs, updates, kept, sealed, facts], async () => {
		const here = new Set<string>();
		for (const id of ids) {
			const keys = docKeysOf(id);
			const counts = await Promise.all([
				docs.where('id').anyOf(keys).delete(),
				updates.where('doc').anyOf(keys).delete(),
				kept.where('doc').anyOf(keys).delete(),
				sealed.where('id').equals(id).delete(),
				facts.where('key').startsWithAnyOf(draftsAbout(id)).delete(),
			]);
			if (counts.some((count) => count > 0)) here.add(id);
		}
		await sealed.bulkDelete(naming);
		return here.size;
	});
}
