import type { PurgedObject } from '#domain/administration/purge.ts';
import { CATALOGUE_PLACES, STEP_PLACES, tombstone } from '#server/catalogue/purge/purge-rows.ts';
import { COLLABORATION_PLACES } from '#server/collaboration/purge/purge-said.ts';
import { deleteFrom } from '#server/storage/purge-places.ts';
import type { Statement, Storage } from '#server/storage/storage.ts';
import type { PurgeRecordFile } from '../purge/certificate.ts';
import { recordOf, type Rebuilding } from './rebuilding.ts';

/** Entries of one statement. */
const CHUNK = 500;

/**
 * Orders to purge, with what is left of their entries; the log takes nothing of them in the new database either. After all
 * entries: what a version that was under way still says of one does not come back. An order that was not done is carried
 * out from its beginning at the next start.
 */
export async function rebuildPurges(rebuilding: Rebuilding): Promise<void> {
	const { storage, scan } = rebuilding;
	const found: { readonly file: PurgeRecordFile; readonly version: string }[] = [];
	for (const folder of scan.records.purge) {
		const record = await recordOf(rebuilding, folder, 'purge.json');
		if (record) found.push({ file: record.json as PurgeRecordFile, version: record.version });
	}
	// In the order in which devices were told.
	found.sort((a, b) => (decidedAt(a.file) < decidedAt(b.file) ? -1 : 1));
	for (const { file, version } of found) {
		await storage.batch(orderStatements(storage, file, version));
		for (let from = 0; from < file.places.length; from += CHUNK)
			await storage.batch(await entryStatements(rebuilding, file, from));
	}
}

const decidedAt = ({ order }: PurgeRecordFile): string => String(order['decided_at']);

function orderStatements({ db }: Storage, file: PurgeRecordFile, version: string): Statement[] {
	const { order, certificate, planned, backups } = file;
	const order_id = String(order['id']);
	const objects: readonly PurgedObject[] = certificate
		? certificate.objects
		: planned.map((object) => ({ ...object, before: null, after: null }));
	return [
		db.insertInto('purge_order').values({
			...order,
			step: certificate ? null : 'seal',
			failure: null,
			originals: null,
			certificate: certificate && JSON.stringify(certificate),
			deposited_version: version,
		} as never),
		...backups.map(({ file: name, at, sha512, destroyedAt, destroyedBy }) =>
			db.insertInto('purge_backup').values({
				order_id,
				file: name,
				at,
				sha512,
				destroyed_at: destroyedAt,
				destroyed_by: destroyedBy,
			}),
		),
		...objects.map(({ objectId, kind, action, before, after, doneAt }) =>
			db.insertInto('purge_object').values({
				order_id,
				object_id: objectId,
				kind,
				action,
				before: before && JSON.stringify(before),
				after: after && JSON.stringify(after),
				done_at: certificate ? (doneAt ?? certificate.finishedAt) : null,
			}),
		),
	];
}

/** What is left of entries; one that came back because its order was not done stays until that goes on. */
async function entryStatements(
	{ storage, touched }: Rebuilding,
	{ order, places, certificate }: PurgeRecordFile,
	from: number,
): Promise<Statement[]> {
	const { db, fullText } = storage;
	const order_id = String(order['id']);
	const at = String(order['decided_at']);
	const some = places.slice(from, from + CHUNK);
	const rows = await db
		.selectFrom('entry')
		.select(['id', 'row_id'])
		.where(
			'id',
			'in',
			some.map(({ id }) => id),
		)
		.execute();
	const known = new Map(rows.map(({ id, row_id }) => [id, row_id]));
	const gone = some.flatMap(({ id, place }) =>
		place !== null && (certificate !== null || !known.has(id)) ? [{ id, place }] : [],
	);
	const ids = gone.map(({ id }) => id);
	const rowIds = ids.flatMap((id) => known.get(id) ?? []);
	for (const id of ids) touched.add(id);
	return [
		...some.map(({ id, place, counts }, index) =>
			db.insertInto('purge_order_entry').values({
				order_id,
				entry_id: id,
				position: from + index,
				place: place && JSON.stringify(place),
				counts: counts && JSON.stringify(counts),
			}),
		),
		...fullText.remove(rowIds.flatMap((row_id) => [row_id, -row_id])),
		...deleteFrom(storage, [...CATALOGUE_PLACES, ...STEP_PLACES, ...COLLABORATION_PLACES], ids),
		...deleteFrom(storage, [{ table: 'deposit', column: 'entry_id', holds: 'entry' }], ids),
		...(ids.length === 0 ? [] : [db.deleteFrom('entry').where('id', 'in', ids)]),
		...gone.flatMap(({ id, place }) => [
			db.insertInto('entry').values({
				id,
				...tombstone(place, at),
				fonds_id: place.fondsId,
				access_status: 'notReviewed',
				hidden: 0,
				import_row: 0,
			}),
			db.insertInto('purged_entry').values({ entry_id: id, order_id, at }),
		]),
	];
}

/**
 * Where the store still says what a purged entry was called, in a campaign over it, the order is carried out again at the
 * next start: nothing may be certified that does not hold.
 */
export async function purgeAgain({ storage }: Pick<Rebuilding, 'storage'>): Promise<void> {
	const { db } = storage;
	const quoted = await db
		.selectFrom('campaign')
		.innerJoin('purged_entry', 'purged_entry.entry_id', 'campaign.under')
		.select(['campaign.id', 'purged_entry.order_id'])
		.where('campaign.under_title', '!=', '')
		.execute();
	await storage.batch(
		quoted.flatMap(({ id, order_id }) => [
			db.updateTable('campaign').set({ under_title: '' }).where('id', '=', id),
			db
				.updateTable('purge_order')
				.set({ state: 'approved', step: 'seal', finished_at: null, certificate: null })
				.where('id', '=', order_id),
			db
				.updateTable('purge_object')
				.set({ done_at: null })
				.where('order_id', '=', order_id)
				.where('kind', '=', 'campaign'),
		]),
	);
}
