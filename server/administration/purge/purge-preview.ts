import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { EntryId } from '#domain/base/ids.ts';
import type { ObjectState, PurgedObject, PurgePreview } from '#domain/administration/purge.ts';
import type { Preservation } from '#server/preservation/preservation.ts';
import type { Storage } from '#server/storage/storage.ts';
import { DATABASE_NAME } from '../backup/backup-format.ts';
import { heldBackups } from './held-backups.ts';
import { countsOf, sumOf } from './purge-places.ts';

/** Entries that are shown one by one. */
const SHOWN = 500;
/** Ids of one question. */
const MAX_IDS = 500;

/** Every place that holds something of entries, as it stands now. Nothing is changed. */
export async function previewPurge(
	parts: {
		readonly storage: Storage;
		readonly preservation: Pick<Preservation, 'purging' | 'copies'>;
		readonly dataDir: string;
	},
	ids: readonly EntryId[],
): Promise<PurgePreview> {
	const { storage, preservation, dataDir } = parts;
	const counts = new Map<string, Readonly<Record<string, number>>>();
	const rows = new Map<string, { title: string; code: string; level: string; createdAt: string }>();
	for (let from = 0; from < ids.length; from += MAX_IDS) {
		const some = ids.slice(from, from + MAX_IDS);
		for (const [id, found] of await countsOf(storage, some)) counts.set(id, found);
		for (const row of await storage.db
			.selectFrom('entry')
			.select(['id', 'title', 'reference_code', 'level', 'created_at'])
			.where('id', 'in', some)
			.execute())
			rows.set(row.id, {
				title: row.title,
				code: row.reference_code,
				level: row.level,
				createdAt: row.created_at,
			});
	}
	const planned = await preservation.purging.objectsOf(ids);
	const states = await preservation.purging.look(planned.map(({ objectId }) => objectId));
	const imports = await preservation.purging.importsOf(ids);
	const since = [...rows.values()].map(({ createdAt }) => createdAt).toSorted()[0] ?? '';
	const { size } = await stat(join(dataDir, DATABASE_NAME));
	return {
		total: ids.length,
		entries: ids.slice(0, SHOWN).flatMap((id) => {
			const row = rows.get(id);
			return row
				? [
						{
							id,
							title: row.title,
							referenceCode: row.code,
							level: row.level,
							counts: counts.get(id) ?? {},
						},
					]
				: [];
		}),
		counts: { entry: rows.size, ...sumOf(counts.values()) },
		objects: planned.flatMap((object, index): (PurgedObject & { readonly before: ObjectState })[] => {
			const before = states[index] ?? null;
			return before === null ? [] : [{ ...object, before, after: null }];
		}),
		originals: imports,
		sameFiles: await preservation.purging.sameFiles(imports.map(({ importId }) => importId)),
		backups: await heldBackups(storage, dataDir, since),
		copies: preservation.copies.status().map(({ path }) => path),
		databaseBytes: size,
	};
}
