import { CATALOGUE_PLACES, STEP_PLACES, tombstone } from '#server/catalogue/purge/purge-rows.ts';
import { COLLABORATION_PLACES } from '#server/collaboration/purge/purge-said.ts';
import { deleteFrom } from '#server/storage/purge-places.ts';
import type { PurgeRecordFile } from '../purge/certificate.ts';
import { recordOf, type Rebuilding } from './rebuilding.ts';

/** Entries of one statement. */
const CHUNK = 500;

/**
 * Orders to purge that were carried out, with what is left of their entries; the log takes nothing of them in the new
 * database either. After all entries: what a version that was under way still says of one does not come back.
 */
export async function rebuildPurges(rebuilding: Rebuilding): Promise<void> {
	const { storage, scan } = rebuilding;
	const { db, fullText } = storage;
	const found: { readonly file: PurgeRecordFile; readonly version: string }[] = [];
	for (const folder of scan.records.purge) {
		const record = await recordOf(rebuilding, folder, 'purge.json');
		if (record) found.push({ file: record.json as PurgeRecordFile, version: record.version });
	}
	// In the order in which devices were told.
	found.sort((a, b) => (a.file.certificate.approvedAt < b.file.certificate.approvedAt ? -1 : 1));
	for (const { file, version } of found) {
		const { order, places, certificate, backups } = file;
		const orderId = certificate.orderId;
		await storage.batch([
			db.insertInto('purge_order').values({
				...order,
				step: null,
				failure: null,
				originals: null,
				certificate: JSON.stringify(certificate),
				deposited_version: version,
			} as never),
			...backups.map((backup) =>
				db.insertInto('purge_backup').values({
					order_id: orderId,
					file: backup.file,
					at: backup.at,
					sha512: backup.sha512,
					destroyed_at: backup.destroyedAt,
					destroyed_by: backup.destroyedBy,
				}),
			),
			...certificate.objects.map((object) =>
				db.insertInto('purge_object').values({
					order_id: orderId,
					object_id: object.objectId,
					kind: object.kind,
					action: object.action,
					before: JSON.stringify(object.before),
					after: object.after && JSON.stringify(object.after),
					done_at: certificate.finishedAt,
				}),
			),
		]);
		const counts = new Map(certificate.entries.map((entry) => [entry.id, entry.counts]));
		for (let from = 0; from < places.length; from += CHUNK) {
			const some = places.slice(from, from + CHUNK);
			const ids = some.map(({ id }) => id);
			const rows = await db.selectFrom('entry').select(['id', 'row_id']).where('id', 'in', ids).execute();
			await storage.batch([
				...fullText.remove(rows.flatMap(({ row_id }) => [row_id, -row_id])),
				...deleteFrom(storage, [...CATALOGUE_PLACES, ...STEP_PLACES, ...COLLABORATION_PLACES], ids),
				...deleteFrom(storage, [{ table: 'deposit', column: 'entry_id', holds: 'entry' }], ids),
				db.deleteFrom('entry').where('id', 'in', ids),
				...some.flatMap(({ id, place }, index) => [
					db.insertInto('entry').values({
						id,
						...tombstone(place, certificate.approvedAt),
						fonds_id: place.fondsId,
						access_status: 'notReviewed',
						hidden: 0,
						import_row: 0,
					}),
					db
						.insertInto('purged_entry')
						.values({ entry_id: id, order_id: orderId, at: certificate.approvedAt }),
					db.insertInto('purge_order_entry').values({
						order_id: orderId,
						entry_id: id,
						position: from + index,
						place: JSON.stringify(place),
						counts: JSON.stringify(counts.get(id) ?? {}),
					}),
				]),
			]);
			for (const id of ids) rebuilding.touched.add(id);
		}
	}
}
