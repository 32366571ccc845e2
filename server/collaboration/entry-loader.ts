import { createHash } from 'node:crypto';
import * as Y from 'yjs';
import type { Actor } from '#domain/base/actor.ts';
import type { Clock } from '#domain/base/clock.ts';
import { isoAt } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import type { Json, PlacedEntry } from '#domain/catalogue/entry.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { buildEntryDoc, ENTRY_DOC_SCHEMA, entryDocName, writeMeta } from '#sync/entry-doc.ts';
import type { LoggedUpdate, UpdateLog } from '#server/storage/update-log.ts';

/**
 * Fills a document from the log.
 * @returns the log position it then holds
 * @throws {Refusal} 'collaboration.unreadable-document'
 */
export async function fillFromLog(docName: string, document: Y.Doc, log: UpdateLog): Promise<number> {
	return fill(docName, document, await log.read(docName));
}

/** @throws {Refusal} 'collaboration.unreadable-document' */
function fill(docName: string, document: Y.Doc, updates: readonly LoggedUpdate[]): number {
	for (const { seq, payload } of updates)
		try {
			Y.applyUpdate(document, payload);
		} catch (error) {
			throw Object.assign(new Refusal('collaboration.unreadable-document', { doc: docName, seq }, 500), {
				cause: error,
			});
		}
	return updates.at(-1)?.seq ?? 0;
}

/** An imported entry as its row holds it, with the profile it is described by, its status, and when it came. */
export type StoredEntry = PlacedEntry & {
	readonly profile: string;
	readonly status: string;
	readonly createdAt: string;
};

const BUILDER: Actor = { id: 'import', name: 'import', via: 'import' };

/**
 * Fills a document from the log. An entry that has none yet (it came by import and nobody opened it) gets its first
 * update here, built from its row, exactly once: two buildings would merge into doubled content.
 * @returns the log position the document then holds
 * @throws {Refusal} 'collaboration.unknown-document' | 'collaboration.unreadable-document'
 */
export async function loadEntryDoc(
	id: EntryId,
	document: Y.Doc,
	parts: { log: UpdateLog; clock: Clock; storedEntry: (id: EntryId) => Promise<StoredEntry | undefined> },
): Promise<number> {
	const docName = entryDocName(id);
	let updates = await parts.log.read(docName);
	if (updates.length === 0) {
		const entry = await parts.storedEntry(id);
		if (!entry) throw new Refusal('collaboration.unknown-document', {}, 404);
		await beginImported(entry, parts);
		updates = await parts.log.read(docName);
	}
	return fill(docName, document, updates);
}

/**
 * What the log holds of entries, by document name, begun there where it holds nothing, as {@link loadEntryDoc} does.
 * Without entries that are not there.
 */
export async function readEntryLogs(
	ids: readonly EntryId[],
	parts: {
		log: UpdateLog;
		clock: Clock;
		storedEntries: (ids: readonly EntryId[]) => Promise<ReadonlyMap<EntryId, StoredEntry>>;
	},
): Promise<ReadonlyMap<string, readonly LoggedUpdate[]>> {
	const known = await parts.log.readMany(ids.map(entryDocName));
	const unbegun = ids.filter((id) => !known.has(entryDocName(id)));
	if (unbegun.length === 0) return known;
	const stored = [...(await parts.storedEntries(unbegun)).values()];
	await Promise.all(stored.map((entry) => beginImported(entry, parts)));
	return new Map([...known, ...(await parts.log.readMany(stored.map(({ id }) => entryDocName(id))))]);
}

async function beginImported(
	entry: StoredEntry,
	{ log, clock }: { log: UpdateLog; clock: Clock },
): Promise<void> {
	await log.begin({
		doc: entryDocName(entry.id),
		payload: buildImportedDoc(entry),
		actor: BUILDER,
		receivedAt: isoAt(clock),
		changes: [],
	});
}

/**
 * The first update of an imported entry. The same row gives the same bytes (rule S9): after a restore the server builds
 * again what devices already have, and the two merge into one. Other content gives another client id: a client id with
 * two contents would corrupt every copy.
 */
export function buildImportedDoc(stored: StoredEntry): Uint8Array {
	// Keys in one order, or the same content would be written differently by chance.
	const entry = ordered(stored as unknown as Json) as unknown as StoredEntry;
	const digest = sha256(JSON.stringify([ENTRY_DOC_SCHEMA, entry]));
	const doc = new Y.Doc();
	let elements = 0;
	try {
		doc.clientID = digest.readUInt32BE(0);
		doc.transact(() => {
			writeMeta(doc, { schema: ENTRY_DOC_SCHEMA, profile: entry.profile });
			buildEntryDoc(doc, entry, {
				by: BUILDER.id,
				at: entry.createdAt,
				via: 'import',
				newElementId: () => idOf(sha256(`${digest.toString('hex')} ${elements++}`)),
			});
		});
		return Y.encodeStateAsUpdate(doc);
	} finally {
		doc.destroy();
	}
}

function ordered(value: Json): Json {
	if (value === null || typeof value !== 'object') return value;
	if (Array.isArray(value)) return (value as readonly Json[]).map(ordered);
	return Object.fromEntries(
		Object.entries(value)
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.map(([key, each]) => [key, ordered(each)]),
	);
}

function sha256(text: string): Buffer {
	return createHash('sha256').update(text).digest();
}

/** A UUID of version 8: its bits are a digest's. */
function idOf(digest: Buffer): string {
	const bytes = Buffer.from(digest.subarray(0, 16));
	bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80;
	bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
	return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
