import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { ObjectState, PurgedObject } from '#domain/administration/purge.ts';
import type { PurgePlace } from '#server/storage/purge-places.ts';
import type { Statement, Storage } from '#server/storage/storage.ts';
import { undoneObject } from '../archive-records.ts';
import { CODES_OBJECT } from '../code-deposit.ts';
import { partOf } from '../object-parts.ts';
import { placeDigest } from '../ocfl-layout.ts';
import { registerObject } from '../register-deposit.ts';
import { WorkerClient } from '../worker-client.ts';
import { purgedReport } from './purged-report.ts';
import type { PurgeAsks } from './purge-worker.ts';
import type { PurgedBy } from './rewrite-object.ts';

/** Where the database says what the store holds of an entry. */
export const STORE_PLACES: readonly PurgePlace[] = [
	{ table: 'deposit', column: 'entry_id', holds: 'entry' },
	{ table: 'store_object', column: 'object_id', holds: 'object' },
];

/** An object that holds something of entries, there or not yet. */
export type PlannedObject = Pick<PurgedObject, 'objectId' | 'kind' | 'action'>;

/** Removes entries from the archival store. The deposit worker must stand still meanwhile: see `Preservation.hold`. */
export interface StorePurge {
	/** Every object that holds something of the entries, by what the database knows of imports, orders and decisions. */
	objectsOf(ids: readonly string[]): Promise<PlannedObject[]>;
	/** Imports the entries came by, with how many others each has. */
	importsOf(
		ids: readonly string[],
	): Promise<{ readonly importId: string; readonly fileName: string; readonly others: number }[]>;
	/** Other imports of the same files: their entries are others, which nobody has named. */
	sameFiles(
		importIds: readonly string[],
	): Promise<{ readonly importId: string; readonly fileName: string }[]>;
	look(objectIds: readonly string[]): Promise<readonly (ObjectState | null)[]>;
	/**
	 * Removes an object, or writes it anew without the entries; again is the same.
	 * @returns what it is now; null when it is gone
	 * @throws {Refusal} 'preservation.damaged' for one that is not what was written, which is left as it is
	 */
	purge(object: PlannedObject, ids: readonly string[], by: PurgedBy): Promise<ObjectState | null>;
	/** Statements that note in the register what became of an object. */
	noted(object: PurgedObject, by: PurgedBy, agent: string): Statement[];
	/** Statements that take what quotes values out of the reports of imports. */
	purgeReports(importIds: readonly string[]): Promise<Statement[]>;
	/** Digests of the files as received, while they are there. */
	originalsOf(objects: readonly PlannedObject[]): Promise<readonly string[]>;
	/** Removes what was put aside of the objects when they were repaired. */
	clearDamaged(objectIds: readonly string[]): Promise<void>;
	/** Removes what waits of the imports, and uploads of the same files. Answers how many folders went. */
	clearUploads(importIds: readonly string[], originals: readonly string[]): Promise<number>;
	/** How much of the entries the store still holds; all must be 0. */
	search(ids: readonly string[], objects: readonly PlannedObject[]): Promise<Record<string, number>>;
	close(): Promise<void>;
}

/** Opens it over a data directory. */
export function createStorePurge(parts: {
	readonly storage: Storage;
	readonly dataDir: string;
	readonly root: string;
	readonly staging: string;
}): StorePurge {
	const { storage, dataDir, root, staging } = parts;
	const { db } = storage;
	const worker = new WorkerClient<PurgeAsks>(new URL('./purge-worker.ts', import.meta.url), {
		root,
		staging,
	});
	const uploads = join(dataDir, 'staging');

	async function importsOf(ids: readonly string[]) {
		const { rows } = await sql<{ id: string; file_name: string; others: number }>`
			select import.id, import.file_name, (select count(*) from entry as other
				where other.import_row = import.row_id and other.id not in (${sql.join(ids)})) as others
			from import where row_id in (select import_row from entry where id in (${sql.join(ids)}))`.execute(db);
		return rows.map(({ id, file_name, others }) => ({ importId: id, fileName: file_name, others }));
	}

	/** Ids of records that name entries, with whether they name any that stays. */
	async function recordsOf(table: string, column: string, ids: readonly string[]) {
		const { rows } = await sql<{ id: string; others: number }>`
			select named.id, (select count(*) from ${sql.table(table)} as other where ${sql.ref(`other.${column}`)} = named.id
				and other.entry_id not in (${sql.join(ids)})
				and other.entry_id not in (select entry_id from purged_entry)) as others
			from (select distinct ${sql.ref(column)} as id from ${sql.table(table)}
				where entry_id in (${sql.join(ids)})) as named`.execute(db);
		return rows;
	}

	/** Of each entry its object, and those that go on where it was full. */
	async function entryObjects(ids: readonly string[]): Promise<string[]> {
		const known = await db
			.selectFrom('deposit')
			.select('object_id')
			.distinct()
			.where('entry_id', 'in', ids)
			.execute();
		return [...new Set([...ids.map((id) => `urn:uuid:${id}`), ...known.map(({ object_id }) => object_id)])];
	}

	/** Records that were full go on in other objects. */
	async function withSuccessors(objects: readonly PlannedObject[]): Promise<PlannedObject[]> {
		const rows = await db
			.selectFrom('store_object')
			.select('object_id')
			.where('object_id', 'like', '%#%')
			.execute();
		const followed = new Map<string, string[]>();
		for (const { object_id } of rows) {
			const { id } = partOf(object_id);
			followed.set(id, [...(followed.get(id) ?? []), object_id]);
		}
		const known = new Set(objects.map(({ objectId }) => objectId));
		return objects.flatMap((object) => [
			object,
			...(followed.get(object.objectId) ?? [])
				.filter((objectId) => !known.has(objectId))
				.map((objectId) => ({ ...object, objectId })),
		]);
	}

	/** Campaigns over these entries, and those in which values of them were set. */
	async function campaignsOf(ids: readonly string[]): Promise<string[]> {
		const rows = await db
			.selectFrom('campaign_fix_row')
			.innerJoin('campaign_fix', 'campaign_fix.id', 'campaign_fix_row.fix_id')
			.select('campaign_fix.campaign_id as id')
			.where('campaign_fix_row.entry_id', 'in', ids)
			.union(db.selectFrom('campaign').select('id').where('under', 'in', ids))
			.execute();
		return rows.map(({ id }) => id);
	}

	async function objectsOf(ids: readonly string[]): Promise<PlannedObject[]> {
		if (ids.length === 0) return [];
		const imports = await importsOf(ids);
		const records = await Promise.all(
			(
				[
					['order', 'correction_order_row', 'order_id'],
					['decision', 'decision_item', 'decision_id'],
					['step', 'review_step_entry', 'step_id'],
				] as const
			).map(async ([kind, table, column]) =>
				(await recordsOf(table, column, ids)).map(({ id, others }): PlannedObject => ({
					objectId: `urn:uuid:${id}`,
					kind,
					action: others > 0 ? 'rewrite' : 'remove',
				})),
			),
		);
		return withSuccessors([
			...(await entryObjects(ids)).map((objectId): PlannedObject => ({
				objectId,
				kind: 'entry',
				action: 'remove',
			})),
			...imports.flatMap(({ importId }): PlannedObject[] => [
				{ objectId: `urn:uuid:${importId}`, kind: 'import', action: 'rewrite' },
				{ objectId: undoneObject(importId), kind: 'undone', action: 'rewrite' },
			]),
			...records.flat(),
			...(await sharedObjects(ids)),
			...(await campaignsOf(ids)).map((id): PlannedObject => ({
				objectId: `urn:uuid:${id}`,
				kind: 'campaign',
				action: 'rewrite',
			})),
		]);
	}

	/** Objects of the whole archive that name any of the entries. */
	async function sharedObjects(ids: readonly string[]): Promise<PlannedObject[]> {
		const [codes, registers] = await Promise.all([
			db.selectFrom('code_event').select('id').where('entry_id', 'in', ids).limit(1).executeTakeFirst(),
			db.selectFrom('register_version').select('register').distinct().where('entry_id', 'in', ids).execute(),
		]);
		return [
			...(codes ? [{ objectId: CODES_OBJECT, kind: 'codes', action: 'rewrite' } as const] : []),
			...registers.map(({ register }): PlannedObject => ({
				objectId: registerObject(register),
				kind: 'register',
				action: 'rewrite',
			})),
		];
	}

	return {
		importsOf: async (ids) => (ids.length === 0 ? [] : importsOf(ids)),
		objectsOf,
		async sameFiles(importIds) {
			if (importIds.length === 0) return [];
			const objectOf = (id: string): string => `urn:uuid:${id}`;
			const digests = await worker.ask('originals', { objectIds: importIds.map(objectOf) });
			const others = await db
				.selectFrom('import')
				.select(['id', 'file_name'])
				.where('deposited_version', 'is not', null)
				.where('id', 'not in', importIds)
				.execute();
			const holders = await worker.ask('holders', {
				objectIds: others.map(({ id }) => objectOf(id)),
				digests,
			});
			return others.flatMap(({ id, file_name }) =>
				holders.includes(objectOf(id)) ? [{ importId: id, fileName: file_name }] : [],
			);
		},
		look: (objectIds) => worker.ask('look', { objectIds }),
		async purge({ objectId, action }, ids, by) {
			return action === 'remove'
				? worker.ask('remove', { objectId })
				: worker.ask('rewrite', { objectId, ids, by });
		},
		noted({ objectId, action, before, after }, { orderId, at }, agent) {
			if (before === null) return [];
			const event = db
				.insertInto('store_event')
				.values({
					// After a crash it is said again, and is the same event.
					id: `${orderId} ${objectId}`,
					object_id: objectId,
					version: null,
					// PREMIS has no word for a rewriting; what is gone is the former object.
					type: 'deletion',
					outcome: 'success',
					detail: JSON.stringify({ purge: orderId, action, before, after }),
					run_id: orderId,
					agent,
					at,
				})
				.onConflict((conflict) => conflict.doNothing());
			const healed = db.deleteFrom('store_failure').where('object_id', '=', objectId);
			if (after === null)
				return [db.deleteFrom('store_object').where('object_id', '=', objectId), healed, event];
			return [
				db
					.updateTable('store_object')
					.set({
						head: after.head,
						inventory_digest: after.inventoryDigest,
						files: after.files,
						bytes: after.bytes,
						checked_at: null,
						check_outcome: null,
					})
					.where('object_id', '=', objectId),
				healed,
				event,
			];
		},
		async purgeReports(importIds) {
			if (importIds.length === 0) return [];
			const rows = await db
				.selectFrom('import')
				.select(['id', 'report'])
				.where('id', 'in', importIds)
				.execute();
			return rows.map(({ id, report }) =>
				db
					.updateTable('import')
					.set({ report: JSON.stringify(purgedReport(JSON.parse(report) as Record<string, unknown>)) })
					.where('id', '=', id),
			);
		},
		async originalsOf(objects) {
			const objectIds = objects.filter(({ kind }) => kind === 'import').map(({ objectId }) => objectId);
			return worker.ask('originals', { objectIds });
		},
		async clearDamaged(objectIds) {
			const folder = `${root}-damaged`;
			if (!existsSync(folder)) return;
			const digests = objectIds.map((objectId) => placeDigest(objectId));
			for (const name of await readdir(folder))
				if (digests.some((digest) => name.includes(digest)))
					await rm(join(folder, name), { recursive: true, force: true });
		},
		async clearUploads(importIds, originals) {
			if (!existsSync(uploads)) return 0;
			const same = await worker.ask('uploads', { folder: uploads, digests: originals });
			const names = new Set([...importIds, ...same]);
			let cleared = 0;
			for (const name of await readdir(uploads))
				if (names.has(name)) {
					await rm(join(uploads, name), { recursive: true, force: true });
					cleared++;
				}
			return cleared;
		},
		async search(ids, objects) {
			const gone = [...ids.map((id) => `urn:uuid:${id}`), ...removedOf(objects)];
			const rewritten = objects.filter(({ action }) => action === 'rewrite').map(({ objectId }) => objectId);
			const [there, { lines, originals }] = await Promise.all([
				worker.ask('look', { objectIds: [...new Set(gone)] }),
				worker.ask('search', { objectIds: rewritten, ids }),
			]);
			return { objects: there.filter((each) => each !== null).length, lines, originals };
		},
		close: () => worker.close(),
	};
}

function removedOf(objects: readonly PlannedObject[]): string[] {
	return objects.filter(({ action }) => action === 'remove').map(({ objectId }) => objectId);
}
