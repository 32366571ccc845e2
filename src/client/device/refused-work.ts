import { toBase64 } from 'lib0/buffer';
import * as Y from 'yjs';
import { createId } from '#domain/base/ids.ts';
import { plainTextOf } from '#domain/catalogue/rich-text.ts';
import type { Proposal } from '#domain/collaboration/proposals.ts';
import type { ReviewEvent } from '#domain/collaboration/review-event.ts';
import { bodyOf, entryOf, readEntryDoc, type DocKey } from '#sync/entry-doc.ts';
import { fillFragment } from '#sync/rich-text-fragment.ts';
import { eventsOf, reviewDocName } from '#sync/review-doc.ts';
import { serverClock } from '../server-clock.ts';
import type { DeviceStore } from './device-store.ts';
import { keptWorkOf } from './kept-work.ts';

/** Where an entry stands is not proposed. */
const NOT_PROPOSED = ['parent', 'order', 'status'];

/** Refusals by which an edit is still worth proposing: the right is gone, or the entry was registered meanwhile. */
const PROPOSED = ['permissions.denied', 'permissions.registered'];

/** Work the server refused, and what it was made on. */
export interface RefusedWork {
	readonly doc: DocKey;
	readonly title: string;
	/** Refusal code. */
	readonly code: string;
	readonly updates: readonly Uint8Array[];
	/** What the server has, as far as this device knows. */
	readonly base: Uint8Array | undefined;
	/** Numbers of the edits on the device. */
	readonly numbers: readonly number[];
}

/**
 * Puts refused work away where the person finds it. Edits of somebody who may no longer edit, but comment, become a
 * proposal by themselves: the proposal is on the device when the edits leave those that wait.
 */
export async function putRefusedAway(store: DeviceStore, personId: string, work: RefusedWork): Promise<void> {
	const proposal = PROPOSED.includes(work.code) ? await proposalOf(store, personId, work) : undefined;
	const kept = keptWorkOf({ ...work, code: proposal ? 'device.proposed' : work.code });
	await store.keep(kept, work.numbers, proposal);
}

/** What is sent in the place of refused work; undefined when it cannot be a proposal. */
async function proposalOf(
	store: DeviceStore,
	personId: string,
	work: RefusedWork,
): Promise<{ readonly doc: DocKey; readonly update: Uint8Array } | undefined> {
	const { doc, base, updates } = work;
	if (doc.startsWith('review:') || base === undefined) return undefined;
	const id = entryOf(doc);
	const card = await store.card(id);
	const proposed = card?.can.comment ? changesOf(base, updates) : undefined;
	if (!proposed) return undefined;
	const event: ReviewEvent = {
		id: createId<string>(),
		by: personId,
		at: serverClock.isoNow(),
		kind: 'proposal',
		why: '',
		...proposed,
	};
	const review = new Y.Doc();
	try {
		eventsOf(review).push([event]);
		return { doc: reviewDocName(id), update: Y.encodeStateAsUpdate(review) };
	} finally {
		review.destroy();
	}
}

/** What updates change over a state, as a proposal; undefined when it cannot be one. */
export function changesOf(
	base: Uint8Array,
	updates: readonly Uint8Array[],
): Pick<Proposal, 'values' | 'texts' | 'fork'> | undefined {
	const [before, after] = [new Y.Doc(), new Y.Doc()];
	try {
		for (const doc of [before, after]) Y.applyUpdate(doc, base);
		for (const update of updates) Y.applyUpdate(after, update);
		const was = readEntryDoc(before);
		const is = readEntryDoc(after);
		const values: Proposal['values'][number][] = [];
		for (const [field, elements] of is.elements) {
			const stood = was.elements.get(field) ?? [];
			const added = elements.filter(({ id }) => !stood.some((each) => each.id === id));
			const last = added.at(-1);
			if (!last) continue;
			if (NOT_PROPOSED.includes(field)) return undefined;
			values.push({
				field,
				base: stood.map(({ id }) => id),
				before: stood[0]?.value ?? null,
				value: last.value,
			});
		}
		const texts: Proposal['texts'][number][] = [];
		const known = Y.encodeStateVector(before);
		for (const field of new Set([...Object.keys(was.bodies), ...Object.keys(is.bodies)])) {
			const [old, now] = [was.bodies[field], is.bodies[field]];
			const [oldWords, newWords] = [old ? plainTextOf(old) : '', now ? plainTextOf(now) : ''];
			if (oldWords === newWords) continue;
			const body = bodyOf(before, field);
			before.transact(() => {
				body.delete(0, body.length);
				if (now) fillFragment(body, now);
			});
			texts.push({ field, before: oldWords, after: newWords });
		}
		if (values.length + texts.length === 0) return undefined;
		return {
			values,
			texts,
			fork: texts.length > 0 ? toBase64(Y.encodeStateAsUpdate(before, known)) : '',
		};
	} finally {
		before.destroy();
		after.destroy();
	}
}
