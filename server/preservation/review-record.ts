import type { EntryId } from '#domain/base/ids.ts';
import type { ReviewState, TakenStep } from '#domain/catalogue/review-states.ts';
import type { ReviewEvent } from '#domain/collaboration/review-event.ts';
import type { Attribution } from '#domain/catalogue/rows.ts';

/** What a version says of comments, proposals, decisions and steps of review; plain data, so that a worker can take it. */
export interface ReviewInput {
	readonly state: ReviewState;
	/** Log position of the `review:` document; 0 without one. */
	readonly position: number;
	/** Who said what, by event id, by the log. */
	readonly attributions: ReadonlyMap<string, Attribution>;
	/** Oldest first. */
	readonly steps: readonly RecordedStep[];
}

/** A step of review with this entry, with all the database knows of it. */
export interface RecordedStep extends TakenStep {
	readonly via: string | null;
	readonly from: ReviewState;
	readonly to: ReviewState;
	/** Grows with each step taken with the entry; 0 where only the time is known. */
	readonly position: number;
}

/** What `review.json` says. Everything that was ever said, also other wordings and what was withdrawn. */
export interface ReviewRecord {
	readonly schema: 'lantai-review/1';
	readonly entryId: EntryId;
	readonly state: ReviewState;
	readonly logPosition: number;
	readonly events: readonly {
		readonly event: ReviewEvent;
		/** By the server's record; null when it has none. */
		readonly by: Attribution | null;
	}[];
	readonly steps: readonly RecordedStep[];
}

/** The record of what is said about an entry, in the order of the log. */
export function reviewRecord(
	entryId: EntryId,
	events: readonly ReviewEvent[],
	{ state, position, attributions, steps }: ReviewInput,
): ReviewRecord {
	const place = (event: ReviewEvent): number => attributions.get(event.id)?.seq ?? Number.MAX_SAFE_INTEGER;
	return {
		schema: 'lantai-review/1',
		entryId,
		state,
		logPosition: position,
		events: [...events]
			.sort((a, b) => place(a) - place(b) || (a.id < b.id ? -1 : 1))
			.map((event) => ({ event, by: attributions.get(event.id) ?? null })),
		steps,
	};
}
