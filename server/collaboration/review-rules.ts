import * as Y from 'yjs';
import type { Actor } from '#domain/base/actor.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { ReviewEvent } from '#domain/collaboration/review-event.ts';
import { eventsOf } from '#sync/review-doc.ts';
import type { Checked, Judging } from './doc-gate.ts';
import { applyToCopy, itemsAdded, topLevelNameOf } from './gate-apply.ts';
import { readReviewEvent } from './review-event-schema.ts';

/**
 * What may enter the document beside an entry: events by their author, and nothing ever leaves it. A comment is worded
 * anew or withdrawn by whoever wrote it.
 */
export function judgeReview(copy: Y.Doc, payload: Uint8Array, actor: Actor, judging: Judging): Checked {
	const events = eventsOf(copy);
	const added: ReviewEvent[] = [];
	let hasDeletion = false;
	const { isNew, changed, broughtNames } = applyToCopy(copy, payload, (transaction) => {
		hasDeletion = transaction.deleteSet.clients.size > 0;
		for (const item of itemsAdded(transaction, events)) {
			if (!(item.content instanceof Y.ContentAny))
				throw new Refusal('collaboration.bad-event', { reason: 'encoding' });
			for (const value of item.content.getContent()) added.push(readReviewEvent(value));
		}
	});
	if (!isNew) return undefined;
	if (hasDeletion) throw new Refusal('collaboration.bad-event', { reason: 'deletion' });
	for (const [type, keys] of changed) {
		refuseForeignName(topLevelNameOf(copy, type));
		for (const key of keys)
			if (key !== null) throw new Refusal('collaboration.foreign-type', { type: key.slice(0, 80) }, 403);
	}
	for (const name of broughtNames) refuseForeignName(name);
	if (judging === 'update') refuseForeignAuthors(added, [actor.id]);
	else if (typeof judging === 'object' && 'alsoBy' in judging)
		refuseForeignAuthors(added, [actor.id, ...judging.alsoBy]);
	if (judging === 'update' || (typeof judging === 'object' && 'alsoBy' in judging))
		for (const { kind } of added)
			if (kind === 'decision') throw new Refusal('collaboration.bad-event', { reason: kind });
	refuseWrongReferences(events.toArray(), added);
	return {
		changes: added.map((event) => ({
			elementId: event.id,
			field: event.kind,
			fromValues: '[]',
			toValue: JSON.stringify(event),
			claimedBy: event.by,
			claimedAt: event.at,
			// Two devices may give back the same event at the same time.
			isOnlyOnce: typeof judging === 'object' && 'recorded' in judging,
		})),
	};
}

function refuseForeignName(name: string): void {
	if (name !== 'events') throw new Refusal('collaboration.foreign-type', { type: name.slice(0, 80) }, 403);
}

function refuseForeignAuthors(added: readonly ReviewEvent[], allowed: readonly string[]): void {
	for (const event of added)
		if (!allowed.includes(event.by))
			throw new Refusal(
				'collaboration.foreign-author',
				{ field: event.kind, by: event.by.slice(0, 80) },
				403,
			);
}

/** Ids are given once, and what an event is about is there. */
function refuseWrongReferences(all: readonly ReviewEvent[], added: readonly ReviewEvent[]): void {
	const byId = new Map<string, ReviewEvent>();
	for (const event of all) {
		if (byId.has(event.id)) throw new Refusal('collaboration.bad-event', { reason: 'repeated id' });
		byId.set(event.id, event);
	}
	const commentOf = (id: string): Extract<ReviewEvent, { kind: 'comment' }> => {
		const found = byId.get(id);
		if (found?.kind !== 'comment')
			throw new Refusal('collaboration.bad-event', { reason: 'unknown comment' });
		return found;
	};
	for (const event of added) {
		if (event.kind === 'comment') {
			const first = commentOf(event.thread);
			if (first.thread !== first.id) throw new Refusal('collaboration.bad-event', { reason: 'not a thread' });
		} else if (event.kind === 'decision') {
			if (byId.get(event.of)?.kind !== 'proposal')
				throw new Refusal('collaboration.bad-event', { reason: 'unknown proposal' });
		} else if (event.kind !== 'proposal') {
			const proposed = event.kind === 'withdrawal' ? byId.get(event.of) : undefined;
			const about = proposed?.kind === 'proposal' ? proposed : commentOf(event.of);
			if (about.by !== event.by && event.kind !== 'resolution')
				throw new Refusal('permissions.denied', { action: 'edit', thing: 'comment' }, 403);
		}
	}
}
