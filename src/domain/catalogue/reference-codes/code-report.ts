/** What is told of the codes of an archive: the shapes that server, pages and the command line share. */
import type { EntryId } from '../../base/ids.ts';
import type { Params } from '../../base/refusal.ts';
import type { NumberRange } from './code-block.ts';

/** Why a number is nobody's. */
export interface GapReason {
	/** `deleted` an entry that was deleted holds it · `alias` it stood in a former code · `ordered` a renumbering was to give it. */
	readonly kind: 'allotted' | 'voided' | 'reserved' | 'returned' | 'ordered' | 'alias' | 'note' | 'deleted';
	readonly from: number;
	readonly to: number;
	readonly why: string;
	readonly actorName: string;
	readonly at: string;
	readonly entryId: EntryId | null;
	readonly title: string;
}

/** Numbers of one group that no entry has, both ends included. */
export interface CodeGap {
	readonly fondsNumber: string;
	readonly groupKey: string;
	readonly from: number;
	readonly to: number;
	/** The entry before and the one after it: where to look. */
	readonly beforeId: EntryId | null;
	readonly afterId: EntryId | null;
	/** Every number of it has a reason. */
	readonly isExplained: boolean;
	readonly reasons: readonly GapReason[];
}

export interface CodedEntryLine {
	readonly id: EntryId;
	readonly code: string;
	readonly title: string;
}

/** A number that several entries of a group have. */
export interface CodeDuplicate {
	readonly fondsNumber: string;
	readonly groupKey: string;
	readonly code: string;
	/** How many have it. */
	readonly count: number;
	/** The first of them. */
	readonly entries: readonly CodedEntryLine[];
}

/** A number that is padded otherwise than most of its group. */
export interface OddWidth extends CodedEntryLine {
	readonly fondsNumber: string;
	readonly groupKey: string;
	/** Digits that most have. */
	readonly width: number;
}

/** A code that no regime reads. */
export interface UnreadLine extends CodedEntryLine {
	readonly fondsNumber: string;
	readonly regime: string;
	/** What is wrong with it; empty when no regime stands for the entry. */
	readonly problems: readonly { readonly code: string; readonly params: Params }[];
}

export interface FondsCodes {
	readonly fondsNumber: string;
	readonly name: string;
	readonly entries: number;
	readonly groups: number;
}

/** Codes that differ in nothing but their last number, and the number that is given next. Pages are no numbers to give. */
export interface CodeGroup {
	readonly fondsNumber: string;
	readonly groupKey: string;
	/** Id of the regime. */
	readonly regime: string;
	readonly entries: number;
	readonly lowest: number;
	readonly highest: number;
	/** Numbers below the highest that nobody has. */
	readonly missing: number;
	/** The code that the next entry gets when it is registered. */
	readonly next: string;
	/** Numbers left out up to the next one, so many that one after them looks like a slip, and that nobody explained. */
	readonly jumps: readonly NumberRange[];
}

/** Lists are cut at a limit; counts are of all. */
export interface CodeReport {
	/** Rows whose codes are not read yet: what is told may lack them. */
	readonly waiting: number;
	readonly fonds: readonly FondsCodes[];
	readonly groups: readonly CodeGroup[];
	readonly groupCount: number;
	readonly gaps: readonly CodeGap[];
	readonly gapCount: number;
	readonly duplicates: readonly CodeDuplicate[];
	readonly duplicateCount: number;
	readonly widths: readonly OddWidth[];
	readonly widthCount: number;
	readonly unread: readonly UnreadLine[];
	readonly unreadCount: number;
}

/** An entry that a code means, now or formerly. */
export interface ResolvedCode extends CodedEntryLine {
	/** `current` it has this code · `former` it had it before. */
	readonly how: 'current' | 'former';
	/** ISO UTC, when it got another one. */
	readonly changedAt: string | null;
}
