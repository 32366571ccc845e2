/** What renumbering would do: the shapes that server, pages and the command line share. */
import type { EntryId } from '../../base/ids.ts';
import type { ReviewState } from '../review-states.ts';
import type { OpenBlock } from './code-block.ts';

/** How entries of one group are renumbered. */
export interface RenumberAsk {
	/** The entry in whose list they stand. */
	readonly under: EntryId;
	/** Which group, where the list holds several. */
	readonly groupKey?: string | undefined;
	/** First number and distance of numbers, for the whole group in the order of the list; not with `insertAt`. */
	readonly from?: number | undefined;
	readonly step?: number | undefined;
	/** Keeps numbers free from this one on: whatever has it or a higher one moves up. */
	readonly insertAt?: number | undefined;
	/** New entries that get the numbers kept free, in this order; else `insertCount` of them stay free. */
	readonly inserted?: readonly EntryId[] | undefined;
	readonly insertCount?: number | undefined;
	/** The digest of a preview: refused when it would be another one now. */
	readonly seen?: string | undefined;
}

/** One code that changes. */
export interface RenumberLine {
	readonly id: EntryId;
	readonly title: string;
	/** Empty for an entry that had none. */
	readonly oldCode: string;
	readonly newCode: string;
	/** The field of its own number and what that will say; empty for what lies in a volume that moves. */
	readonly field: string;
	readonly number: string;
	readonly state: ReviewState;
	readonly boxNumber: string;
}

/** What stands on paper and says an old code. */
export interface RedoLine {
	/** Filing stamp (归档章) of an item · cover and spine label of a file · label of a box. */
	readonly kind: 'stamp' | 'label' | 'box';
	/** Id of the entry; number of the box. */
	readonly of: string;
	readonly title: string;
	readonly oldCode: string;
	/** For a box the codes from the first to the last one in it. */
	readonly newCode: string;
	readonly boxNumber: string;
}

export interface RenumberPreview {
	/** Of what would change: the same for the same changes. */
	readonly digest: string;
	readonly groupKey: string;
	readonly lines: readonly RenumberLine[];
	/** Codes that are nobody's afterwards, kept free. */
	readonly freeCodes: readonly string[];
	/** Old codes that several entries have: as former codes they lead to all of them. */
	readonly sharedOldCodes: readonly string[];
	readonly redo: readonly RedoLine[];
	/** Numbers that somebody has along offline: what moves goes past them. */
	readonly kept: readonly OpenBlock[];
	/** `order` registered entries are among them: somebody else approves. `edits` it is done at once. */
	readonly way: 'edits' | 'order';
	readonly registered: number;
}

/** What became of it. */
export interface Renumbered extends RenumberPreview {
	/** By which it can be taken back, when it was done at once. */
	readonly batchId: string | null;
	/** The correction order that waits for somebody else. */
	readonly order: { readonly id: string; readonly number: string } | null;
	/** Entries whose code somebody else changed meanwhile. */
	readonly stale: readonly EntryId[];
}
