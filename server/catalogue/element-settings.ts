import { sql } from 'kysely';
import type { FieldValue } from '#domain/catalogue/entry.ts';
import type { Attribution } from '#domain/catalogue/rows.ts';
import type { FieldElement } from '#sync/field-values.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { UpdateLog } from '#server/storage/update-log.ts';
import type { Setting } from './chosen-values.ts';
import { readKept, replacedOnDevice } from './replaced-values.ts';

/** Who set or said what in some documents, by the log. */
export async function attributionsOf(
	storage: Storage,
	docNames: readonly string[],
): Promise<Map<string, Attribution>> {
	const rows = await storage.db
		.selectFrom('entry_change')
		.select(['element_id', 'seq', 'actor_id', 'actor_name', 'received_at', 'via'])
		.where('doc', 'in', docNames)
		.execute();
	return new Map(rows.map((row) => [row.element_id, attributionOf(row)]));
}

/** Where it is read how elements were set. */
export interface SettingsSource extends Pick<Storage, 'db'> {
	readonly log: Pick<UpdateLog, 'read' | 'kept'>;
}

/** How the given elements of a document were set, by the log. What was brought back counts as its first author's. */
export async function settingsOf(
	storage: SettingsSource,
	docName: string,
	elements: readonly FieldElement[],
): Promise<ReadonlyMap<string, Setting>> {
	return (await settingsOfMany(storage, new Map([[docName, elements]]))).get(docName) ?? NO_SETTINGS;
}

const NO_SETTINGS: ReadonlyMap<string, Setting> = new Map();

/** The same of several documents, by their names; those without elements are left out. */
export async function settingsOfMany(
	storage: SettingsSource,
	asked: ReadonlyMap<string, readonly FieldElement[]>,
): Promise<ReadonlyMap<string, ReadonlyMap<string, Setting>>> {
	const keys = [...asked].flatMap(([docName, elements]) =>
		elements.flatMap(({ id, via }) =>
			[id, broughtBack(via)].flatMap((each) => (each === undefined ? [] : [[docName, each] as const])),
		),
	);
	const changes = new Map<string, Map<string, Change>>();
	for (let from = 0; from < keys.length; from += MAX_KEYS) {
		const chunk = keys.slice(from, from + MAX_KEYS);
		const { rows } = await sql<Change>`
			select doc, element_id, seq, actor_id, actor_name, received_at, via, from_values, claimed_at from entry_change
			where (doc, element_id) in (values ${sql.join(chunk.map(([doc, id]) => sql`(${doc}, ${id})`))})`.execute(
			storage.db,
		);
		for (const row of rows) {
			const known = changes.get(row.doc);
			if (known) known.set(row.element_id, row);
			else changes.set(row.doc, new Map([[row.element_id, row]]));
		}
	}
	const found = new Map<string, ReadonlyMap<string, Setting>>();
	for (const [docName, byId] of changes)
		found.set(docName, await settingsBy(storage, docName, asked.get(docName) ?? [], byId));
	return found;
}

/** Elements asked for in one statement, each with the name of its document. */
const MAX_KEYS = 1000;

interface Change {
	readonly doc: string;
	readonly element_id: string;
	readonly seq: number;
	readonly actor_id: string;
	readonly actor_name: string;
	readonly received_at: string;
	readonly via: string | null;
	readonly from_values: string;
	readonly claimed_at: string;
}

async function settingsBy(
	{ log }: SettingsSource,
	docName: string,
	elements: readonly FieldElement[],
	byId: ReadonlyMap<string, Change>,
): Promise<ReadonlyMap<string, Setting>> {
	const found = elements.flatMap(({ id, field, via }) => {
		const own = byId.get(id);
		if (!own) return [];
		// Only the server brings back: what a client writes into `via` proves nothing.
		const first = (own.via?.startsWith('undo:') ? byId.get(broughtBack(via) ?? '') : undefined) ?? own;
		const replaced = JSON.parse(first.from_values) as readonly FieldValue[];
		return [{ id, field, own, first, replaced }];
	});
	const asked = found
		.filter(({ replaced }) => replaced.length === 0)
		.map(({ first, field }) => ({ elementId: first.element_id, seq: first.seq, field }));
	let onDevice: ReadonlyMap<string, readonly FieldValue[]> = new Map();
	if (asked.length > 0) {
		// In this order: after a compaction in between, rows and what was kept say the same twice, never too little.
		const updates = await log.read(docName);
		onDevice = replacedOnDevice(updates, readKept(await log.kept(docName)), asked);
	}
	return new Map(
		found.map(({ id, own, first, replaced }) => [
			id,
			{
				...attributionOf(first),
				seq: own.seq,
				replaced: replaced.length > 0 ? replaced : (onDevice.get(first.element_id) ?? []),
				claimedAt: first.claimed_at,
			},
		]),
	);
}

/** What the server writes into the `via` of an element that brings back another one. */
export function viaOfBringingBack(elementId: string): string {
	return `again:${elementId}`;
}

function broughtBack(via: string | undefined): string | undefined {
	return via?.startsWith('again:') ? via.slice('again:'.length) : undefined;
}

function attributionOf(row: {
	readonly seq: number;
	readonly actor_id: string;
	readonly actor_name: string;
	readonly received_at: string;
	readonly via: string | null;
}): Attribution {
	return {
		seq: row.seq,
		actorId: row.actor_id,
		actorName: row.actor_name,
		receivedAt: row.received_at,
		via: row.via,
	};
}
