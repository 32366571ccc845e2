import { isoAt, type Clock } from '#domain/base/clock.ts';
import {
	purgeNumber,
	type HeldBackup,
	type KeptPlace,
	type ObjectState,
	type PurgeCertificate,
	type PurgedEntry,
	type PurgedObject,
} from '#domain/administration/purge.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { must } from '#domain/base/assert.ts';
import { canonicalJson } from '#server/preservation/canonical-json.ts';
import { userOf } from '#server/preservation/entry-deposit.ts';
import type { Preservation } from '#server/preservation/preservation.ts';
import type { Storage } from '#server/storage/storage.ts';
import { sumOf } from './purge-places.ts';
import type { PurgeRecords } from './purge-records.ts';

/** The archival object of an order that was carried out. */
export const purgeObject = (orderId: string): string => `urn:uuid:${orderId}`;

/** What `purge.json` of the archival object says: all that a rebuild needs, also to go on where it was not done. */
export interface PurgeRecordFile {
	readonly schema: 'lantai-purge/1';
	/** The row of the order, without how far it is. */
	readonly order: Readonly<Record<string, unknown>>;
	/** Its entries, in their order, with what is left of each; null while it was not taken out. */
	readonly places: readonly {
		readonly id: EntryId;
		readonly place: KeptPlace | null;
		readonly counts: PurgedEntry['counts'] | null;
	}[];
	/** Objects it removes or writes anew, as far as they are known. */
	readonly planned: readonly Pick<PurgedObject, 'objectId' | 'kind' | 'action'>[];
	/** Null until it is done. */
	readonly certificate: PurgeCertificate | null;
	readonly backups: readonly HeldBackup[];
}

/** Objects of an order, as they were and as they are. */
export async function objectsOf({ db }: Pick<Storage, 'db'>, orderId: string): Promise<PurgedObject[]> {
	const rows = await db
		.selectFrom('purge_object')
		.selectAll()
		.where('order_id', '=', orderId)
		.orderBy('object_id')
		.execute();
	return rows.map((row) => ({
		objectId: row.object_id,
		kind: row.kind,
		action: row.action as PurgedObject['action'],
		before: row.before === null ? null : (JSON.parse(row.before) as ObjectState),
		after: row.after === null ? null : (JSON.parse(row.after) as ObjectState),
		doneAt: row.done_at,
	}));
}

/** Makes the certificate, once every place was searched. */
export async function certificateOf(
	storage: Storage,
	records: PurgeRecords,
	orderId: string,
	at: string,
): Promise<PurgeCertificate> {
	const order = await records.find(orderId);
	const rows = await storage.db
		.selectFrom('purge_order_entry')
		.select(['entry_id', 'counts'])
		.where('order_id', '=', orderId)
		.orderBy('position')
		.execute();
	const entries = rows.map(({ entry_id, counts }): PurgedEntry => ({
		id: entry_id as EntryId,
		counts: JSON.parse(counts ?? '{}') as PurgedEntry['counts'],
	}));
	return {
		orderId,
		number: order.number,
		ground: order.ground,
		why: order.why,
		proposedBy: order.proposerName,
		proposedAt: order.createdAt,
		approvedBy: must(order.deciderName, 'an approved order has an approver'),
		approvedAt: must(order.decidedAt, 'an approved order was decided'),
		finishedAt: at,
		entries,
		counts: sumOf(entries.map(({ counts }) => counts)),
		objects: (await objectsOf(storage, orderId)).filter(({ before }) => before !== null),
		searchedAt: at,
		backups: await records.backups(orderId),
	};
}

/**
 * Writes order, certificate and what is left of the entries into the store; the same again makes no version.
 * @param certificate null while it is being carried out: then a rebuild goes on with it
 */
export async function depositPurge(
	parts: {
		readonly storage: Storage;
		readonly records: PurgeRecords;
		readonly preservation: Pick<Preservation, 'putRecord'>;
		readonly clock: Clock;
	},
	orderId: string,
	certificate: PurgeCertificate | null,
): Promise<string> {
	const { storage, records } = parts;
	const row = await records.row(orderId);
	const { id, year, serial, ground, why, below, keeps_code, proposer_id, proposer_name, created_at } = row;
	const { decider_id, decider_name, decided_at, decided_why } = row;
	const entries = await storage.db
		.selectFrom('purge_order_entry')
		.select(['entry_id', 'place', 'counts'])
		.where('order_id', '=', orderId)
		.orderBy('position')
		.execute();
	const file: PurgeRecordFile = {
		schema: 'lantai-purge/1',
		order: {
			...{ id, year, serial, ground, why, below, keeps_code, proposer_id, proposer_name, created_at },
			...{ decider_id, decider_name, decided_at, decided_why },
			state: certificate ? 'done' : 'approved',
			finished_at: certificate?.finishedAt ?? null,
		},
		places: entries.map(({ entry_id, place, counts }) => ({
			id: entry_id as EntryId,
			place: place === null ? null : (JSON.parse(place) as KeptPlace),
			counts: counts === null ? null : (JSON.parse(counts) as PurgedEntry['counts']),
		})),
		planned: (await objectsOf(storage, orderId)).map(({ objectId, kind, action }) => ({
			objectId,
			kind,
			action,
		})),
		certificate,
		backups: await records.backups(orderId),
	};
	return parts.preservation.putRecord({
		objectId: purgeObject(orderId),
		files: [['purge.json', canonicalJson(file)]],
		record: { schema: 'lantai-record/1', kind: 'purge', orderId },
		about: {
			created: isoAt(parts.clock),
			message: `purge: ${purgeNumber(year, serial)}`,
			user: userOf({ id: must(decider_id, 'an approver'), name: must(decider_name, 'an approver') }),
		},
	});
}
