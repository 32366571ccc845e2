import { isoAt } from '#domain/base/clock.ts';
import {
	type HeldBackup,
	type KeptPlace,
	type ObjectState,
	type PurgeCertificate,
	type PurgedEntry,
	type PurgedObject,
} from '#domain/administration/purge.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { must } from '#domain/base/assert.ts';
import { canonicalJson } from '#server/preservation/entry-snapshot.ts';
import { userOf } from '#server/preservation/entry-deposit.ts';
import type { Preservation } from '#server/preservation/preservation.ts';
import type { Storage } from '#server/storage/storage.ts';
import { sumOf } from './purge-places.ts';
import type { PurgeRecords } from './purge-records.ts';

/** The archival object of an order that was carried out. */
export const purgeObject = (orderId: string): string => `urn:uuid:${orderId}`;

/** What `purge.json` of the archival object holds beside the certificate: what a rebuild needs. */
export interface PurgeRecordFile {
	readonly schema: 'lantai-purge/1';
	/** The row of the order, without how far it is. */
	readonly order: Readonly<Record<string, unknown>>;
	/** What is left of each entry, by id, in the order of the order. */
	readonly places: readonly { readonly id: EntryId; readonly place: KeptPlace }[];
	readonly certificate: PurgeCertificate;
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

/** Writes order, certificate and what is left of the entries into the store; the same again makes no version. */
export async function depositPurge(
	parts: {
		readonly storage: Storage;
		readonly records: PurgeRecords;
		readonly preservation: Pick<Preservation, 'putRecord'>;
		readonly clock: { now(): number };
	},
	orderId: string,
	certificate: PurgeCertificate,
): Promise<string> {
	const { storage, records } = parts;
	const row = await records.row(orderId);
	const { id, year, serial, ground, why, below, keeps_code, proposer_id, proposer_name, created_at } = row;
	const { decider_id, decider_name, decided_at, decided_why } = row;
	const places = await storage.db
		.selectFrom('purge_order_entry')
		.select(['entry_id', 'place'])
		.where('order_id', '=', orderId)
		.orderBy('position')
		.execute();
	const file: PurgeRecordFile = {
		schema: 'lantai-purge/1',
		order: {
			...{ id, year, serial, ground, why, below, keeps_code, proposer_id, proposer_name, created_at },
			...{ decider_id, decider_name, decided_at, decided_why },
			state: 'done',
			finished_at: certificate.finishedAt,
		},
		places: places.flatMap(({ entry_id, place }) =>
			place === null ? [] : [{ id: entry_id as EntryId, place: JSON.parse(place) as KeptPlace }],
		),
		certificate,
		backups: await records.backups(orderId),
	};
	return parts.preservation.putRecord({
		objectId: purgeObject(orderId),
		files: [['purge.json', canonicalJson(file)]],
		record: { schema: 'lantai-record/1', kind: 'purge', orderId },
		about: {
			created: isoAt(parts.clock),
			message: `purge: ${certificate.number}`,
			user: userOf({ id: must(row.decider_id, 'an approver'), name: certificate.approvedBy }),
		},
	});
}
