import type { Kysely } from 'kysely';
import { purgeNumber } from '#domain/administration/purge.ts';
import type { EntryId } from '#domain/base/ids.ts';
import type { Schema } from '#server/storage/schema.ts';

/** By which order and when the content of an entry was purged. */
export async function purgedBy(
	db: Kysely<Schema>,
	id: EntryId,
): Promise<{ readonly number: string; readonly at: string } | undefined> {
	const row = await db
		.selectFrom('purged_entry')
		.innerJoin('purge_order', 'purge_order.id', 'purged_entry.order_id')
		.select(['purge_order.year', 'purge_order.serial', 'purged_entry.at'])
		.where('purged_entry.entry_id', '=', id)
		.executeTakeFirst();
	return row && { number: purgeNumber(row.year, row.serial), at: row.at };
}
