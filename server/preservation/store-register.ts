import { sql } from 'kysely';
import type { Statement, Storage } from '#server/storage/storage.ts';
import { versionNumber } from './ocfl-inventory.ts';
import type { PutResult } from './ocfl-store.ts';

/** What an object of the store is of. */
export type ObjectKind =
	| 'entry'
	| 'import'
	| 'step'
	| 'order'
	| 'campaign'
	| 'decision'
	| 'undone'
	| 'people'
	| 'settings'
	| 'purge'
	| 'register'
	| 'codes';

/** A version that was put. */
export interface NewVersionNote extends PutResult {
	readonly objectId: string;
	readonly kind: ObjectKind;
	/** RFC 3339. */
	readonly created: string;
}

/**
 * Notes a version in the register of the store. What is there of it already only moves forward: an interrupted process
 * may have written versions that were not noted, and a check may have found this one first. It follows a version that was
 * built on what it knows; what was built on anything else is for a check to judge, which looks at the whole chain.
 */
export function registering({ db }: Storage, note: NewVersionNote): Statement[] {
	const { objectId, kind, created, added } = note;
	if (!added) return [];
	const head = versionNumber(note.version);
	return [
		db
			.insertInto('store_object')
			.values({
				object_id: objectId,
				kind,
				head,
				inventory_digest: added.inventoryDigest,
				files: added.files,
				bytes: added.bytes,
				first_at: created,
				last_at: created,
				checked_at: null,
				check_outcome: null,
			})
			.onConflict((conflict) =>
				conflict
					.column('object_id')
					.doUpdateSet({
						head,
						inventory_digest: added.inventoryDigest,
						files: sql<number>`store_object.files + ${added.files}`,
						bytes: sql<number>`store_object.bytes + ${added.bytes}`,
						last_at: created,
					})
					.where('store_object.inventory_digest', '=', added.builtOn ?? ''),
			),
		db
			.insertInto('store_day')
			.values({ day: created.slice(0, 10), versions: 1, files: added.files, bytes: added.bytes })
			.onConflict((conflict) =>
				conflict.column('day').doUpdateSet({
					versions: sql<number>`store_day.versions + 1`,
					files: sql<number>`store_day.files + ${added.files}`,
					bytes: sql<number>`store_day.bytes + ${added.bytes}`,
				}),
			),
	];
}
