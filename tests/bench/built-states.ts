import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { buildEntryDoc, writeMeta } from '#sync/entry-doc.ts';

/** Documents as the real server begins them. */
export function builtStates(entries: number): { ids: EntryId[]; states: Map<string, Uint8Array> } {
	const states = new Map<string, Uint8Array>();
	const ids = Array.from({ length: entries }, (_, index) => {
		const id = createId();
		const doc = new Y.Doc();
		writeMeta(doc, { schema: 1, profile: 'dat18' });
		buildEntryDoc(
			doc,
			{ level: 'item', parentId: null, order: 'a0', fields: { title: `合成 ${index}` }, bodies: {} },
			{ by: 'bench', at: new Date().toISOString(), newElementId: () => createId<string>() },
		);
		states.set(`entry:${id}`, Y.encodeStateAsUpdate(doc));
		return id;
	});
	return { ids, states };
}
