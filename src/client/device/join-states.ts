import * as Y from 'yjs';

/** One state that holds both. Goes through a document, so that what was deleted is let go. */
export function joinStates(...states: readonly Uint8Array[]): Uint8Array {
	const doc = new Y.Doc();
	try {
		doc.transact(() => {
			for (const state of states) Y.applyUpdate(doc, state);
		});
		return Y.encodeStateAsUpdate(doc);
	} finally {
		doc.destroy();
	}
}
