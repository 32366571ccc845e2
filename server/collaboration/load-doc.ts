import * as Y from 'yjs';
import type { EntryThing, Person } from '#domain/permissions/permissions.ts';
import type { EntryId } from '#domain/base/ids.ts';
import type { UpdateLog } from '#server/storage/update-log.ts';
import { demandDoc } from './doc-rights.ts';

/** The state of one document as the log has it. */
export interface LoadedDoc {
	readonly doc: string;
	readonly seq: number;
	readonly canEdit: boolean;
	/** Null when the asker already has position `seq`. */
	readonly state: Uint8Array | null;
}

/**
 * Rule S3: the whole state of a document, unless the asker has it.
 * @throws {Refusal} what {@link demandDoc} refuses
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
	const { canWrite: canEdit } = await demandDoc(docName, person, parts.thingOf);
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
