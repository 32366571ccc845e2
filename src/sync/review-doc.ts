import type * as Y from 'yjs';
import type { EntryId } from '#domain/base/ids.ts';
import type { ReviewEvent } from '#domain/collaboration/review-event.ts';

/**
 * What is said about an entry, beside its description: whoever may comment writes here while the entry is read-only for
 * them. A flat array of events that only grows; nothing in it is ever changed or deleted.
 */
export function eventsOf(doc: Y.Doc): Y.Array<ReviewEvent> {
	return doc.getArray<ReviewEvent>('events');
}

/** The name of the document beside an entry's. */
export function reviewDocName(id: EntryId): `review:${EntryId}` {
	return `review:${id}`;
}
