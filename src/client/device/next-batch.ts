import { MAX_UPDATE_BYTES, type DocKey } from '#sync/entry-doc.ts';
import { MAX_BATCH_BYTES, MAX_BATCH_ITEMS } from '#sync/sync-messages.ts';
import type { WaitingUpdate } from './device-store.ts';

/** Edits by document, in order. */
export type EditsByDoc = ReadonlyMap<DocKey, readonly WaitingUpdate[]>;

/**
 * What is to be sent now, by document, within the limits of one batch; and what can never be sent: an edit larger than
 * any message, with those after it in the document, which rest on it.
 * @param isLater edits that are left alone for now
 */
export function nextBatch(
	waiting: readonly WaitingUpdate[],
	isLater: (each: WaitingUpdate) => boolean,
): { readonly due: EditsByDoc; readonly tooLarge: EditsByDoc } {
	const due = new Map<DocKey, WaitingUpdate[]>();
	const tooLarge = new Map<DocKey, WaitingUpdate[]>();
	let bytes = 0;
	let isFull = false;
	for (const each of waiting) {
		const size = each.update.byteLength;
		const stopped = tooLarge.get(each.doc);
		// Edits of one document stay in order: nothing after a gap.
		if (stopped) stopped.push(each);
		if (stopped || isFull || isLater(each)) continue;
		if (size > MAX_UPDATE_BYTES) {
			tooLarge.set(each.doc, [each]);
			continue;
		}
		const list = due.get(each.doc);
		isFull = bytes + size > MAX_BATCH_BYTES || (!list && due.size >= MAX_BATCH_ITEMS);
		if (isFull) continue;
		bytes += size;
		if (list) list.push(each);
		else due.set(each.doc, [each]);
	}
	// What comes before such an edit is sent first.
	for (const doc of due.keys()) tooLarge.delete(doc);
	return { due, tooLarge };
}
