import type { EntryId } from '#domain/base/ids.ts';
import type { EntryThing } from '#domain/permissions/permissions.ts';
import type { Selectable } from 'kysely';
import type { EntryTable } from '#server/storage/schema.ts';

/** The columns of an entry that decide who may do what with it. */
export const THING_COLUMNS = ['fonds_id', 'access_status', 'review_state', 'import_row', 'status'] as const;

/** What an entry is for the permission question. */
export function entryThing(row: Pick<Selectable<EntryTable>, (typeof THING_COLUMNS)[number]>): EntryThing {
	const isRegistered = row.review_state === 'registered';
	return {
		kind: 'entry',
		fondsId: row.fonds_id as EntryId,
		accessStatus: row.access_status,
		isRegistered,
		isShown: isRegistered || row.import_row > 0,
		isPurged: row.status === 'purged',
	};
}
