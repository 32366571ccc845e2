import { parseEntryId, type EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { orderKeyBetween } from '#domain/catalogue/order-key.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { PlaceUnder } from './entry-placing.ts';

/**
 * The entry an import goes beneath, which must be there, active and visible; undefined for the top of the catalogue.
 * @throws {Refusal} 'catalogue.unknown-entry' (404)
 */
export async function placeUnder(
	{ db }: Storage,
	under: string | undefined,
): Promise<PlaceUnder | undefined> {
	if (under === undefined) return undefined;
	const id = parseEntryId(under);
	const row =
		id &&
		(await db
			.selectFrom('entry')
			.select(['id', 'fonds_id', 'access_status'])
			.where('id', '=', id)
			.where('status', '=', 'active')
			.where('hidden', '=', 0)
			.where('import_row', 'not in', db.selectFrom('import').select('row_id').where('state', '=', 'staging'))
			.executeTakeFirst());
	if (!row) throw new Refusal('catalogue.unknown-entry', { id: under }, 404);
	return {
		id: row.id as EntryId,
		fondsId: row.fonds_id as EntryId,
		accessStatus: row.access_status === 'structural' ? 'notReviewed' : row.access_status,
	};
}

/** The order key after which new children come; null when there are none. */
export async function lastChildKey({ db }: Storage, parentId: EntryId | null): Promise<string | null> {
	const { last } = await db
		.selectFrom('entry')
		.select((select) => select.fn.max('order_key').as('last'))
		.where('parent_id', parentId === null ? 'is' : '=', parentId)
		.executeTakeFirstOrThrow();
	return last !== null && isOrderKey(last) ? last : null;
}

/** Order is a field that clients set: one that is no key must not stop an import. */
function isOrderKey(key: string): boolean {
	try {
		orderKeyBetween(key, null);
		return true;
	} catch (error) {
		if (error instanceof Error) return false;
		throw error;
	}
}
