import { isDeepStrictEqual } from 'node:util';
import * as Y from 'yjs';
import { readEntryDoc, readMeta } from '#sync/entry-doc.ts';
import { eventsOf } from '#sync/review-doc.ts';

/** Why a snapshot may not stand for a log. */
export type Difference = 'pending' | 'state' | 'types' | 'content';

/** A whole state that says what the log says, or why there is none. */
export type Snapshot = { readonly payload: Uint8Array } | { readonly difference: Difference };

/**
 * Makes a snapshot of a document and proves it: read back, it holds the same clocks and deletions, so that a copy of any
 * age merges with it as with the log, and it says the same.
 * @param whole the document as the log gives it
 */
export function snapshotOf(whole: Y.Doc): Snapshot {
	const { store } = whole;
	// Work that waits for other work is in no state yet.
	if (store.pendingStructs || store.pendingDs) return { difference: 'pending' };
	const payload = Y.encodeStateAsUpdate(whole);
	const again = new Y.Doc({ guid: whole.guid });
	try {
		Y.applyUpdate(again, payload);
		const difference = differenceOf(whole, again);
		return difference === undefined ? { payload } : { difference };
	} finally {
		again.destroy();
	}
}

/** In what two copies of a document differ; undefined when one may stand for the other. */
export function differenceOf(one: Y.Doc, other: Y.Doc): Difference | undefined {
	if (!Y.equalSnapshots(Y.snapshot(one), Y.snapshot(other))) return 'state';
	if (!isDeepStrictEqual(contentOf(one), contentOf(other))) return 'content';
	// Read last: reading a type gives it its kind.
	return isDeepStrictEqual(typesOf(one), typesOf(other)) ? undefined : 'types';
}

function contentOf(doc: Y.Doc): unknown {
	return [readMeta(doc), readEntryDoc(doc), eventsOf(doc).toArray()];
}

/** Top-level types that hold or held anything. */
function typesOf(doc: Y.Doc): string[] {
	return [...doc.share]
		.filter(([, type]) => type._start !== null || type._map.size > 0)
		.map(([name]) => name)
		.toSorted();
}
