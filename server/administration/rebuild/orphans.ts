import { sql } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import { goOn, type Rebuilding } from './rebuilding.ts';

/** What the row of an entry says whose place is not known. */
const MISSING = JSON.stringify(['catalogue.parent-missing']);

/**
 * Puts entries at the top of the catalogue of which the one above them did not come back, since below it nobody would find
 * them. Their documents still say where they belong: once that is there, their next change brings them back to it.
 */
export async function placeOrphans(rebuilding: Rebuilding): Promise<void> {
	const { storage, touched, damage } = rebuilding;
	goOn(rebuilding);
	const { rows } = await sql<{ id: EntryId; parent_id: string }>`
		select id, parent_id from entry where parent_id is not null
			and not exists (select 1 from entry as above where above.id = entry.parent_id)`.execute(storage.db);
	const update = storage.db
		.updateTable('entry')
		.set({ parent_id: '', problems: '' })
		.where('id', '=', '')
		.compile().sql;
	await storage.bulk([{ sql: update, rows: rows.map(({ id }) => [null, MISSING, id]) }]);
	for (const { id } of rows) touched.add(id);
	for (const parentId of new Set(rows.map(({ parent_id }) => parent_id)))
		damage.push({ object: `urn:uuid:${parentId}`, file: '', reason: 'missing' });
}
