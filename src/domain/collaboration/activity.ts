import type { EntryId } from '../base/ids.ts';
import type { TakenStep } from '../catalogue/review-states.ts';
import { timelineSteps, type LoggedEdit, type TimelineStep } from './timeline.ts';

/** What is said about an entry, as a list of what happened tells it. */
export const SAID_KINDS = [
	'comment',
	'answer',
	'resolved',
	'reopened',
	'proposal',
	'accepted',
	'rejected',
	'withdrawal',
] as const;

/** Something said, with who said it by the log. */
export interface Said {
	readonly seq: number;
	readonly entryId: EntryId;
	readonly kind: (typeof SAID_KINDS)[number];
	/** Of the first comment of the thread, or of the proposal. */
	readonly objectId: string;
	readonly actorId: string;
	readonly actorName: string;
	readonly at: string;
	/** The comment as it stands, or why something was proposed or decided; empty when withdrawn. */
	readonly text: string;
}

/** One thing that happened to an entry. */
export type Happening = { readonly entryId: EntryId; readonly seq: number; readonly at: string } & (
	| { readonly kind: 'edits'; readonly step: TimelineStep }
	| { readonly kind: 'said'; readonly said: Said }
	| { readonly kind: 'review'; readonly taken: TakenStep }
);

/**
 * What happened to several entries, edits of each joined into readable steps; the newest first.
 * @param edits in the order of the log
 */
export function happeningsOf(
	edits: readonly { readonly entryId: EntryId; readonly edit: LoggedEdit }[],
	said: readonly Said[],
	reviews: readonly (TakenStep & { readonly entryId: EntryId })[],
): Happening[] {
	const byEntry = new Map<EntryId, LoggedEdit[]>();
	for (const { entryId, edit } of edits) {
		const known = byEntry.get(entryId);
		if (known) known.push(edit);
		else byEntry.set(entryId, [edit]);
	}
	const happenings: Happening[] = said.map((each) => ({
		kind: 'said',
		entryId: each.entryId,
		seq: each.seq,
		at: each.at,
		said: each,
	}));
	for (const { entryId, ...taken } of reviews)
		happenings.push({ kind: 'review', entryId, seq: taken.seq, at: taken.at, taken });
	for (const [entryId, list] of byEntry)
		for (const step of timelineSteps(list))
			happenings.push({ kind: 'edits', entryId, seq: step.seq, at: step.to, step });
	// Steps of review have no position of their own: they come after what they were taken for.
	return happenings.sort((a, b) => (a.at === b.at ? b.seq - a.seq : a.at < b.at ? 1 : -1));
}
