import type { EntryId } from '#domain/base/ids.ts';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import type { Storage } from '#server/storage/storage.ts';

/**
 * Stops with a refusal when the content of the entry was purged.
 * @throws {Refusal} 'catalogue.purged' (410)
 */
export async function refusePurged({ db }: Pick<Storage, 'db'>, id: EntryId): Promise<void> {
	const row = await db
		.selectFrom('purged_entry')
		.select('number')
		.where('entry_id', '=', id)
		.executeTakeFirst();
	if (row) throw new Refusal('catalogue.purged', { id }, 410);
}

/** The log is well, and takes nothing of this one entry. */
export function isPurgedRefusal(error: unknown): error is Refusal {
	return isRefusal(error) && error.code === 'catalogue.purged';
}
