import type { EntryId } from '#domain/base/ids.ts';
import type { EntryDetail } from '#domain/catalogue/rows.ts';
import { docKeysOf } from '#sync/entry-doc.ts';
import type { PersonDb } from './device-db.ts';
import { draftsAbout } from './drafts.ts';
import { goneKey, namedBy } from './gone.ts';

/**
 * Removes all there is of entries in IndexedDB, in one step; see `DeviceStore.purge`. Rare, so loaded when it is needed.
 * @param cards all there are: which of them name one on the way down to them is sealed
 */
export function purgeIndexed(
	{ docs, updates, kept, cards: sealed, facts }: PersonDb,
	ids: readonly EntryId[],
	cards: readonly EntryDetail[],
): PromiseLike<number> {
	return docs.db.transaction('rw', [docs, updates, kept, sealed, facts], async () => {
		const marks = await facts.bulkGet(ids.map(goneKey));
		// Since its mark was set, nothing of an entry has been taken any more.
		const gone = new Set(ids.filter((_, index) => marks[index] === undefined));
		await facts.bulkPut([...gone].map((id) => ({ key: goneKey(id), value: new Uint8Array() })));
		let here = 0;
		for (const id of gone) {
			const keys = docKeysOf(id);
			const counts = await Promise.all([
				docs.where('id').anyOf(keys).delete(),
				updates.where('doc').anyOf(keys).delete(),
				kept.where('doc').anyOf(keys).delete(),
				sealed.where('id').equals(id).delete(),
				facts.where('key').startsWithAnyOf(draftsAbout(id)).delete(),
			]);
			if (counts.some((count) => count > 0)) here++;
		}
		await sealed.bulkDelete(naming(cards, ids));
		return here;
	});
}

/** Which of these cards hold words of the entries. */
export function naming(cards: readonly EntryDetail[], ids: readonly EntryId[]): EntryId[] {
	const gone = new Set(ids);
	return cards.filter((card) => namedBy(card).some((id) => gone.has(id))).map(({ id }) => id);
}
