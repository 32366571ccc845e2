import * as Y from 'yjs';
import type { Actor } from '#domain/base/actor.ts';
import type { Clock } from '#domain/base/clock.ts';
import { isoAt } from '#domain/base/clock.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import type { PlacedEntry } from '#domain/catalogue/entry.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { buildEntryDoc, ENTRY_DOC_SCHEMA, entryDocName, writeMeta } from '#sync/entry-doc.ts';
import type { UpdateLog } from '#server/storage/update-log.ts';

/** An imported entry as its row holds it, with the profile it is described by. */
export type StoredEntry = PlacedEntry & { readonly profile: string; readonly status: string };

const BUILDER: Actor = { id: 'import', name: 'import', via: 'import' };

/**
 * Fills a document from the log. An entry that has none yet (it came by import and nobody opened it) gets its first
 * update here, built from its row, exactly once: two buildings would merge into doubled content.
 * @returns the log position the document then holds
 * @throws {Refusal} 'collaboration.unknown-document'
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
		const receivedAt = isoAt(parts.clock);
		await parts.log.begin({
			doc: docName,
			payload: buildFromRow(entry, receivedAt),
			actor: BUILDER,
			receivedAt,
			changes: [],
		});
		updates = await parts.log.read(docName);
	}
	for (const update of updates) Y.applyUpdate(document, update.payload);
	return updates.at(-1)?.seq ?? 0;
}

function buildFromRow(entry: StoredEntry, at: string): Uint8Array {
	const doc = new Y.Doc();
	try {
		doc.transact(() => {
			writeMeta(doc, { schema: ENTRY_DOC_SCHEMA, profile: entry.profile });
			buildEntryDoc(doc, entry, {
				by: BUILDER.id,
				at,
				via: 'import',
				newElementId: () => createId<string>(),
			});
		});
		return Y.encodeStateAsUpdate(doc);
	} finally {
		doc.destroy();
	}
}
