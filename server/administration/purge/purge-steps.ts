import { sql } from 'kysely';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { EntryId } from '#domain/base/ids.ts';
import type {
	HeldCopy,
	KeptPlace,
	ObjectState,
	PurgeCertificate,
	PurgeStep,
	ShownPurge,
} from '#domain/administration/purge.ts';
import { entryDocName } from '#sync/entry-doc.ts';
import { reviewDocName } from '#sync/review-doc.ts';
import { forgetSteps, placesOf, purgeRows } from '#server/catalogue/purge/purge-rows.ts';
import type { Collaboration } from '#server/collaboration/collaboration.ts';
import { purgeRecords, purgeSaid } from '#server/collaboration/purge/purge-said.ts';
import type { Preservation } from '#server/preservation/preservation.ts';
import { STORE_PLACES, type PlannedObject } from '#server/preservation/purge/store-purge.ts';
import type { PurgedBy } from '#server/preservation/purge/rewrite-object.ts';
import { auditLine } from '#server/storage/audit.ts';
import { deleteFrom } from '#server/storage/purge-places.ts';
import type { Statement, Storage } from '#server/storage/storage.ts';
import { certificateOf, depositPurge, objectsOf } from './certificate.ts';
import { heldBackups } from './held-backups.ts';
import { belowOf } from './purge-scope.ts';
import { unlessAborted } from './unless-aborted.ts';
import { countsOf, searchDatabase } from './purge-places.ts';
import type { PurgeRecords } from './purge-records.ts';

/** Entries taken out together: so many documents stand still at a time. */
const BATCH = 100;
/** Ids of one question. */
const MAX_IDS = 500;

/** What carrying out needs. */
export interface PurgeStepParts {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly dataDir: string;
	readonly records: PurgeRecords;
	readonly collaboration: Pick<Collaboration, 'takeOut' | 'countOpen'>;
	readonly preservation: Pick<Preservation, 'copies' | 'purging' | 'putRecord' | 'depositImport'>;
	/**
	 * Removes an object from every copy of the store, or has it written there anew; again is the same. Resolves when the
	 * copies that can be reached are done; those that cannot be are named by whoever keeps them.
	 */
	readonly removeFromCopies: (objectId: string) => Promise<void>;
	/** Rows of entries have gone: what is known, or just being written, of them elsewhere in this process goes, too. */
	readonly onRowsGone?: (ids: readonly EntryId[]) => Promise<void>;
	/** Lets the copies that can be reached do what waits, and says which still hold how many of these objects. */
	readonly settleCopies: (objectIds: readonly string[]) => Promise<readonly HeldCopy[]>;
}

/** A step under way. */
export interface StepRunning {
	/** Stops between two pieces of work; the step is done again later. */
	readonly signal: AbortSignal;
	readonly onProgress: (done: number, total: number) => void;
}

type Step = (parts: PurgeStepParts, order: ShownPurge, running: StepRunning) => Promise<void>;

/** What each step does. Every one can be cut anywhere and done again. */
export const STEPS: Readonly<Record<PurgeStep, Step>> = {
	seal,
	plan,
	rows,
	store: purgeStore,
	files,
	scrub: ({ storage }) => storage.scrub(),
	search,
	deposit,
};

/** Takes entries out of live editing, rows and index. From now on nobody gets them, and the log takes nothing of them. */
async function seal(parts: PurgeStepParts, order: ShownPurge, running: StepRunning): Promise<void> {
	const { storage, records } = parts;
	// Before anything goes: a database rebuilt from the store has to go on with it.
	await depositPurge(parts, order.id, null);
	let ids = await records.entryIds(order.id);
	let sealed = 0;
	while (sealed < ids.length) {
		for (; sealed < ids.length; sealed += BATCH) {
			running.signal.throwIfAborted();
			await sealBatch(parts, order, ids.slice(sealed, sealed + BATCH));
			running.onProgress(Math.min(sealed + BATCH, ids.length), ids.length);
		}
		if (!order.below) return;
		// What somebody put below one of them after the order was approved; by now nobody can any more.
		const late = await belowOf(storage, ids);
		if (late.length === 0) return;
		await storage.batch(records.entryStatements(order.id, late, ids.length));
		sealed = ids.length;
		ids = [...ids, ...late];
	}
}

async function sealBatch(parts: PurgeStepParts, order: ShownPurge, ids: readonly EntryId[]): Promise<void> {
	const { storage, clock } = parts;
	const { db } = storage;
	// The date of the order, which a rebuild knows too.
	const at = order.decidedAt ?? isoAt(clock);
	await parts.collaboration.takeOut(ids, {
		async seal() {
			const [counts, places] = await Promise.all([
				countsOf(storage, ids),
				placesOf(storage, ids, { keepsCode: order.keepsCode }),
			]);
			await storage.batch(
				[...places].flatMap(([id, place]) => [
					db
						.updateTable('purge_order_entry')
						// The first look counts: the second, after a crash, finds less.
						.set({ place: JSON.stringify(place), counts: JSON.stringify({ entry: 1, ...counts.get(id) }) })
						.where('order_id', '=', order.id)
						.where('entry_id', '=', id)
						.where('place', 'is', null),
					db
						.insertInto('purged_entry')
						.values({ entry_id: id, order_id: order.id, at })
						.onConflict((conflict) => conflict.doNothing()),
				]),
			);
		},
		async remove() {
			await storage.batch([
				...(await purgeRows(storage, await keptPlaces(storage, order.id, ids), at)),
				...purgeSaid(storage, ids),
			]);
		},
	});
}

async function keptPlaces(
	{ db }: Storage,
	orderId: string,
	ids: readonly EntryId[],
): Promise<ReadonlyMap<string, KeptPlace>> {
	const rows = await db
		.selectFrom('purge_order_entry')
		.select(['entry_id', 'place'])
		.where('order_id', '=', orderId)
		.where('entry_id', 'in', ids)
		.where('place', 'is not', null)
		.execute();
	const known = new Map(
		rows.map(({ entry_id, place }) => [entry_id, JSON.parse(place as string) as KeptPlace]),
	);
	return new Map(
		ids.flatMap((id) => {
			const place = known.get(id);
			return place ? [[id, place] as const] : [];
		}),
	);
}

/** Notes which objects of the store hold something of the entries, while the database still says so. */
async function plan(parts: PurgeStepParts, order: ShownPurge): Promise<void> {
	const { storage, records, preservation } = parts;
	const ids = await records.entryIds(order.id);
	for (const { importId } of await preservation.purging.importsOf(ids))
		await preservation.depositImport(importId);
	const objects = await preservation.purging.objectsOf(ids);
	for (let from = 0; from < objects.length; from += MAX_IDS)
		await storage.batch([
			storage.db
				.insertInto('purge_object')
				.values(
					objects.slice(from, from + MAX_IDS).map(({ objectId, kind, action }) => ({
						order_id: order.id,
						object_id: objectId,
						kind,
						action,
						before: null,
						after: null,
						done_at: null,
					})),
				)
				.onConflict((conflict) => conflict.doNothing()),
		]);
	// From here on objects are gone that would say what there was.
	await depositPurge(parts, order.id, null);
}

/** Takes the entries out of orders, decisions, steps and the reports of imports: no record is written with them again. */
async function rows(parts: PurgeStepParts, order: ShownPurge, running: StepRunning): Promise<void> {
	const { storage, records, preservation } = parts;
	const ids = await records.entryIds(order.id);
	const imports = (await objectsOf(storage, order.id)).filter(({ kind }) => kind === 'import');
	await storage.batch(
		await preservation.purging.purgeReports(imports.map(({ objectId }) => objectId.replace('urn:uuid:', ''))),
	);
	for (let from = 0; from < ids.length; from += MAX_IDS) {
		running.signal.throwIfAborted();
		const some = ids.slice(from, from + MAX_IDS);
		await storage.batch([
			...(await purgeRecords(storage, some)),
			...(await forgetSteps(storage, some)),
			...deleteFrom(
				storage,
				STORE_PLACES.filter(({ table }) => table === 'deposit'),
				some,
			),
		]);
		await parts.onRowsGone?.(some);
		running.onProgress(Math.min(from + MAX_IDS, ids.length), ids.length);
	}
}

/** Removes objects, and writes those anew that hold others too. What each was is noted before it is touched. */
async function purgeStore(parts: PurgeStepParts, order: ShownPurge, running: StepRunning): Promise<void> {
	const { storage, records } = parts;
	const ids = await records.entryIds(order.id);
	await keepOriginals(parts, order.id);
	const waiting = storage.db
		.selectFrom('purge_object')
		.selectAll()
		.where('order_id', '=', order.id)
		.where('done_at', 'is', null)
		.orderBy('object_id');
	const all = await waiting.execute();
	for (let from = 0; from < all.length; from += BATCH) {
		running.signal.throwIfAborted();
		running.onProgress(from, all.length);
		const objects = all.slice(from, from + BATCH).map((row) => ({
			objectId: row.object_id,
			kind: row.kind,
			action: row.action as PlannedObject['action'],
			before: row.before === null ? null : (JSON.parse(row.before) as ObjectState),
		}));
		await purgeObjects(parts, order, ids, await withBefore(parts, order.id, objects));
	}
}

type FoundObject = PlannedObject & { readonly before: ObjectState | null };

async function purgeObjects(
	parts: PurgeStepParts,
	order: ShownPurge,
	ids: readonly EntryId[],
	objects: readonly FoundObject[],
): Promise<void> {
	const { storage, preservation, clock } = parts;
	const by: PurgedBy = { orderId: order.id, number: order.number, at: order.decidedAt ?? isoAt(clock) };
	const noted: Statement[] = [];
	const done: Statement[] = [];
	for (const object of objects) {
		const after = object.before === null ? null : await preservation.purging.purge(object, ids, by);
		noted.push(...preservation.purging.noted({ ...object, after }, by, order.deciderName ?? 'server'));
		done.push(
			storage.db
				.updateTable('purge_object')
				.set({ after: after && JSON.stringify(after), done_at: isoAt(clock) })
				.where('order_id', '=', order.id)
				.where('object_id', '=', object.objectId),
		);
	}
	const there = objects.flatMap(({ objectId, before }) => (before === null ? [] : [objectId]));
	await preservation.purging.clearDamaged(there);
	// Copies follow the register: as long as it names an object they would bring it there again.
	await storage.batch(noted);
	for (const objectId of there) await parts.removeFromCopies(objectId);
	await storage.batch(done);
}

/** What objects were before anything of them went; noted once, or a second look after a crash would find less. */
async function withBefore(
	{ storage, preservation }: PurgeStepParts,
	orderId: string,
	objects: readonly FoundObject[],
): Promise<FoundObject[]> {
	const states = await preservation.purging.look(objects.map(({ objectId }) => objectId));
	const found = objects.map((object, index) => ({
		...object,
		before: object.before ?? states[index] ?? null,
	}));
	await storage.batch(
		found.flatMap(({ objectId, before }) =>
			before === null
				? []
				: [
						storage.db
							.updateTable('purge_object')
							.set({ before: JSON.stringify(before) })
							.where('order_id', '=', orderId)
							.where('object_id', '=', objectId)
							.where('before', 'is', null),
					],
		),
	);
	return found;
}

/** Digests of files as received: they are looked for among uploads, after they are gone from the store. */
async function keepOriginals({ storage, preservation }: PurgeStepParts, orderId: string): Promise<void> {
	const digests = await preservation.purging.originalsOf(await objectsOf(storage, orderId));
	await storage.batch([
		storage.db
			.updateTable('purge_order')
			.set({ originals: JSON.stringify(digests) })
			.where('id', '=', orderId)
			.where('originals', 'is', null),
	]);
}

/** Removes what waits in the data directory: files of the imports, and uploads of the same bytes. */
async function files({ storage, records, preservation }: PurgeStepParts, order: ShownPurge): Promise<void> {
	const { originals } = await records.row(order.id);
	const ids = await records.entryIds(order.id);
	await storage.logCopy?.purge(ids.flatMap((id) => [entryDocName(id), reviewDocName(id)]));
	const imports = (await objectsOf(storage, order.id)).filter(({ kind }) => kind === 'import');
	await preservation.purging.clearUploads(
		imports.map(({ objectId }) => objectId.replace('urn:uuid:', '')),
		JSON.parse(originals ?? '[]') as string[],
	);
}

/**
 * Looks in every place again. Only when there is nothing is there a certificate.
 * @throws {Refusal} 'purge.still-there' naming a place
 */
async function search(parts: PurgeStepParts, order: ShownPurge, running: StepRunning): Promise<void> {
	const { storage, records, collaboration, preservation, clock, dataDir } = parts;
	const ids = await records.entryIds(order.id);
	for (let from = 0; from < ids.length; from += MAX_IDS) {
		running.signal.throwIfAborted();
		refuseWhatIsThere(await searchDatabase(storage, ids.slice(from, from + MAX_IDS)));
		running.onProgress(from, ids.length);
	}
	refuseWhatIsThere({ memory: collaboration.countOpen(ids) });
	refuseWhatIsThere(await preservation.purging.search(ids, await objectsOf(storage, order.id)));
	const { rows: first } = await sql<{ since: string }>`
		select min(json_extract(place, '$.createdAt')) as since from purge_order_entry where order_id = ${order.id}`.execute(
		storage.db,
	);
	const held = await heldBackups(storage, dataDir, first[0]?.since ?? '');
	await storage.batch(
		held.map(({ file, at, sha512 }) =>
			storage.db
				.insertInto('purge_backup')
				.values({ order_id: order.id, file, at, sha512, destroyed_at: null, destroyed_by: null })
				.onConflict((conflict) => conflict.doNothing()),
		),
	);
	const certificate = await certificateOf(storage, records, order.id, isoAt(clock));
	await storage.batch([
		storage.db
			.updateTable('purge_order')
			.set({ certificate: JSON.stringify(certificate) })
			.where('id', '=', order.id),
	]);
}

function refuseWhatIsThere(found: Readonly<Record<string, number>>): void {
	for (const [place, count] of Object.entries(found))
		if (count > 0) throw new Refusal('purge.still-there', { place, count }, 500);
}

/**
 * Lets copies do what they can, and puts order and certificate into the store. Only then is it done. The store is not held:
 * who repairs an object from a copy has the turn of the copy, and waits for the store.
 */
async function deposit(parts: PurgeStepParts, order: ShownPurge, running: StepRunning): Promise<void> {
	const { storage, records, clock } = parts;
	const { certificate } = await records.row(order.id);
	const objects = await objectsOf(storage, order.id);
	const copies = await unlessAborted(
		running.signal,
		parts.settleCopies(objects.map(({ objectId }) => objectId)),
	);
	const made = { ...(JSON.parse(certificate ?? 'null') as PurgeCertificate), copies };
	const version = await depositPurge(parts, order.id, made);
	const actor = { id: 'server', name: 'server', via: 'server' };
	await storage.batch([
		storage.db
			.updateTable('purge_order')
			.set({
				state: 'done',
				step: null,
				failure: null,
				certificate: JSON.stringify(made),
				originals: null,
				finished_at: made.finishedAt,
				deposited_version: version,
			})
			.where('id', '=', order.id),
		// Objects that were planned for and never there.
		storage.db.deleteFrom('purge_object').where('order_id', '=', order.id).where('before', 'is', null),
		auditLine(storage, clock, actor, 'purges.done', order.id, {
			number: order.number,
			entries: made.entries.length,
			objects: made.objects.length,
		}),
	]);
}
