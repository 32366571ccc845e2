import * as Y from 'yjs';

/** Items a document holds of one client, from one place of its clock to another; what was cleared away is left out. */
export function* itemsOf(doc: Y.Doc, client: number, begin: number, end: number): Generator<Y.Item> {
	const structs = doc.store.clients.get(client) ?? [];
	for (let at = Y.findIndexSS(structs, begin); at < structs.length; at++) {
		const struct = structs[at];
		if (!struct || struct.id.clock >= end) return;
		if (struct instanceof Y.Item) yield struct;
	}
}
