import type { CommentEvent } from './comments.ts';
import type { ProposalEvent } from './proposals.ts';

/** What every event has. `by` and `at` are what the device claims. */
export interface EventBase {
	/** Unique within the document. */
	readonly id: string;
	/** Account id. */
	readonly by: string;
	/** ISO UTC. */
	readonly at: string;
}

/** Something said about an entry, or proposed. Events are only ever added. */
export type ReviewEvent = CommentEvent | ProposalEvent;

/**
 * Events in the order in which they count.
 * @param position of an event in the log; what is not logged yet comes last
 */
export function eventsInOrder(
	events: readonly ReviewEvent[],
	position: (event: ReviewEvent) => number,
): ReviewEvent[] {
	return [...events].sort(
		(a, b) => position(a) - position(b) || (a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : 1),
	);
}
