import * as Y from 'yjs';
import { toBase64 } from 'lib0/buffer';
import { plainTextOf } from '#domain/catalogue/rich-text.ts';
import { readEntryDoc, type DocKey } from '#sync/entry-doc.ts';
import { eventsOf } from '#sync/review-doc.ts';
import { serverClock } from '../server-clock.ts';
import type { KeptWork, ReadableEdit } from './device-store.ts';

/** Refused edits in a form that a person can read and that can be offered again. */
export function keptWorkOf(given: {
	readonly doc: DocKey;
	readonly title: string;
	readonly code: string;
	readonly updates: readonly Uint8Array[];
	/** What the server has; undefined when not even that is known. */
	readonly base: Uint8Array | undefined;
}): KeptWork {
	return {
		doc: given.doc,
		title: given.title,
		code: given.code,
		at: serverClock.isoNow(),
		updates: given.updates.map((update) => toBase64(update)),
		edits: readableEdits(given.base, given.updates),
	};
}

/** Whether others have put all of this work away: it was on the device, and nothing of it is there any more. */
export function isPutAway(work: KeptWork, numbers: readonly number[], remaining: number): boolean {
	return numbers.length > 0 && numbers.length === work.updates.length && remaining === 0;
}

/** What updates change over a state: fields set, the new words of long texts, and what was said. */
export function readableEdits(base: Uint8Array | undefined, updates: readonly Uint8Array[]): ReadableEdit[] {
	const doc = new Y.Doc();
	try {
		if (base) Y.applyUpdate(doc, base);
		const known = new Set([...readEntryDoc(doc).elements.values()].flat().map((element) => element.id));
		const bodies = bodiesOf(doc);
		const said = eventsOf(doc).length;
		for (const update of updates) Y.applyUpdate(doc, update);
		const edits: ReadableEdit[] = [];
		for (const element of [...readEntryDoc(doc).elements.values()].flat())
			if (!known.has(element.id)) edits.push({ field: element.field, value: element.value, at: element.at });
		for (const [field, text] of bodiesOf(doc))
			if (bodies.get(field) !== text) edits.push({ field, value: text, at: '' });
		for (const event of eventsOf(doc).slice(said))
			if (event.kind === 'comment' || event.kind === 'revision')
				edits.push({ field: 'comment', value: event.text, at: event.at });
		return edits;
	} finally {
		doc.destroy();
	}
}

function bodiesOf(doc: Y.Doc): Map<string, string> {
	return new Map(Object.entries(readEntryDoc(doc).bodies).map(([field, text]) => [field, plainTextOf(text)]));
}
