import * as Y from 'yjs';
import type { Actor } from '#domain/base/actor.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { levelOf } from '#domain/catalogue/profile.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import { STRUCTURAL_FIELDS } from '#domain/catalogue/entry.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { ENTRY_DOC_SCHEMA, entryDocName, MAX_UPDATE_BYTES, writeMeta } from '#sync/entry-doc.ts';
import { elementsOf, fieldValuesOf } from '#sync/field-values.ts';
import type { UpdateLog } from '#server/storage/update-log.ts';
import { DocGate } from './doc-gate.ts';
import { judgeEntry } from './entry-rules.ts';

/** An entry made by hand: its id and first update come from the device that made it. */
export interface NewEntry {
	readonly id: EntryId;
	readonly profile: string;
	/** Yjs update that builds the entry; `meta` is added here, by the server. */
	readonly update: Uint8Array;
}

/**
 * Where a first update puts the entry, read before it is taken, so that the right to create there can be asked.
 * @throws {Refusal} 'collaboration.malformed-update' | 'collaboration.bad-beginning'
 */
export function placeOfBeginning(entry: NewEntry): {
	readonly parentId: EntryId | null;
	readonly level: string;
} {
	const doc = applied(entry.update);
	try {
		const only = (field: string): unknown => {
			const elements = elementsOf(fieldValuesOf(doc), field);
			if (elements.length !== 1) throw new Refusal('collaboration.bad-beginning', { field });
			return elements[0]?.value;
		};
		for (const field of STRUCTURAL_FIELDS) only(field);
		return { parentId: only('parent') as EntryId | null, level: String(only('level')) };
	} finally {
		doc.destroy();
	}
}

/**
 * Logs the beginning of an entry once. The same beginning again (an answer was lost) is no error; another one is.
 * @throws {Refusal} 'collaboration.bad-beginning' | 'collaboration.already-begun' (409) and what {@link DocGate.check} refuses
 */
export async function beginEntry(
	entry: NewEntry,
	actor: Actor,
	parts: { log: UpdateLog; clock: Clock },
): Promise<{ readonly seq: number; readonly began: boolean }> {
	const { level } = placeOfBeginning(entry);
	if (!levelOf(profileOf(entry.profile), level))
		throw new Refusal('collaboration.bad-beginning', { field: 'level' });
	const empty = new Y.Doc();
	writeMeta(empty, { schema: ENTRY_DOC_SCHEMA, profile: entry.profile });
	const gate = new DocGate(empty, judgeEntry);
	try {
		const checked = gate.check(entry.update, actor);
		if (!checked) throw new Refusal('collaboration.bad-beginning', { field: 'fields' });
		Y.applyUpdate(empty, entry.update);
		const docName = entryDocName(entry.id);
		const begun = await parts.log.begin({
			doc: docName,
			payload: Y.encodeStateAsUpdate(empty),
			actor,
			receivedAt: isoAt(parts.clock),
			changes: checked.changes,
		});
		if (!begun.began && !(await isSameBeginning(parts.log, docName, entry.update)))
			throw new Refusal('collaboration.already-begun', {}, 409);
		return { seq: begun.began ? begun.seq : await parts.log.head(docName), began: begun.began };
	} finally {
		gate.destroy();
		empty.destroy();
	}
}

async function isSameBeginning(log: UpdateLog, docName: string, update: Uint8Array): Promise<boolean> {
	const doc = new Y.Doc();
	try {
		for (const logged of await log.read(docName)) Y.applyUpdate(doc, logged.payload);
		return Y.snapshotContainsUpdate(Y.snapshot(doc), update);
	} finally {
		doc.destroy();
	}
}

function applied(update: Uint8Array): Y.Doc {
	if (update.byteLength > MAX_UPDATE_BYTES)
		throw new Refusal(
			'collaboration.update-too-large',
			{ bytes: update.byteLength, limit: MAX_UPDATE_BYTES },
			413,
		);
	const doc = new Y.Doc();
	try {
		Y.applyUpdate(doc, update);
		return doc;
	} catch (error) {
		doc.destroy();
		throw new Refusal('collaboration.malformed-update', {
			reason: error instanceof Error ? error.message : String(error),
		});
	}
}
