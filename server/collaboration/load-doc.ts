import * as Y from 'yjs';
import { Refusal } from '#domain/base/refusal.ts';
import { can, canOpenLive, type EntryThing, type Person } from '#domain/permissions/permissions.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { parseDocName } from '#sync/entry-doc.ts';
import type { UpdateLog } from '#server/storage/update-log.ts';

/** The state of one document as the log has it. */
export interface LoadedDoc {
	readonly doc: string;
	readonly seq: number;
	readonly canEdit: boolean;
	/** Null when the asker already has position `seq`. */
	readonly state: Uint8Array | null;
}

/**
 * What an entry's document is for the permission question, when the person may have it: the rules of the live socket.
 * @throws {Refusal} 'collaboration.unknown-document' (404), for hidden entries too; 'permissions.denied' (403)
 */
export async function demandLive(
	docName: string,
	person: Person,
	thingOf: (id: EntryId) => Promise<EntryThing | undefined>,
): Promise<EntryThing> {
	const name = parseDocName(docName);
	const entry = name?.kind === 'entry' ? await thingOf(name.id) : undefined;
	if (!entry || !can(person, 'see', entry)) throw new Refusal('collaboration.unknown-document', {}, 404);
	if (!canOpenLive(person, entry)) throw new Refusal('permissions.denied', {}, 403);
	return entry;
}

/**
 * Rule S3: the whole state of a document, unless the asker has it.
 * @throws {Refusal} what {@link demandLive} refuses
 */
export async function loadDoc(
	docName: string,
	since: number | undefined,
	person: Person,
	parts: {
		log: UpdateLog;
		thingOf: (id: EntryId) => Promise<EntryThing | undefined>;
		/** Fills a document from the log, and begins it there when it came by import. */
		load: (docName: string, document: Y.Doc) => Promise<number>;
	},
): Promise<LoadedDoc> {
	const entry = await demandLive(docName, person, parts.thingOf);
	const canEdit = can(person, 'edit', entry);
	if (since !== undefined && since > 0 && since === (await parts.log.head(docName)))
		return { doc: docName, seq: since, canEdit, state: null };
	const document = new Y.Doc();
	try {
		const seq = await parts.load(docName, document);
		return { doc: docName, seq, canEdit, state: Y.encodeStateAsUpdate(document) };
	} finally {
		document.destroy();
	}
}
