import type { EntryId } from '../base/ids.ts';
import type { EntryStatus, FieldKey, FieldValue } from './entry.ts';
import type { EntryReview, ReviewState } from './review-states.ts';
import type { RichText } from './rich-text.ts';

/** Where the newest state of an entry is: logged by the server, or in a version of the archival store. */
export type SavedState = 'server' | 'archive';

/** One line of a tree or list: what the catalogue shows without opening the entry. */
export interface EntryRow {
	readonly id: EntryId;
	readonly parentId: EntryId | null;
	readonly level: string;
	readonly profile: string;
	/** Plain words of the title; empty when there is none (then show `dateText`). */
	readonly title: string;
	readonly referenceCode: string;
	/** Dates in one line, as written. */
	readonly dateText: string;
	/** Creators in one line, joined with `; `. */
	readonly creatorsText: string;
	readonly order: string;
	readonly childCount: number;
	/** Fields with more than one surviving value. */
	readonly conflictCount: number;
	/** Threads of comments that are not resolved; 0 for readers. */
	readonly openThreads: number;
	/** Proposals nobody has decided; 0 for readers. */
	readonly openProposals: number;
	readonly reviewState: ReviewState;
	/** Others have edited it since the person asking was last there; false for readers. */
	readonly hasNews: boolean;
	readonly state: SavedState;
	readonly status: EntryStatus;
	readonly synthetic: boolean;
}

/** Who set a surviving value, by the server's record. */
export interface Attribution {
	/** Position of the setting in the log. */
	readonly seq: number;
	readonly actorId: string;
	readonly actorName: string;
	/** When the server received it, ISO UTC. */
	readonly receivedAt: string;
	/** `import`, `cli` or `null` for a person in the workspace. */
	readonly via: string | null;
}

/** One of several surviving values of a field. Newest first by log position. */
export interface ConflictingValue {
	readonly elementId: string;
	readonly value: FieldValue;
	readonly attribution: Attribution;
	/** What it replaced, by the server's record. */
	readonly replaced: readonly FieldValue[];
	/** When it was set by the clock of the device, ISO UTC. */
	readonly claimedAt: string;
}

/** A reference code that an entry had before. */
export interface FormerCode {
	readonly code: string;
	/** ISO UTC, when the entry got another one. */
	readonly at: string;
	readonly actorName: string;
	/** As the order or who renumbered said; empty where nobody was asked. */
	readonly why: string;
}

/** An entry as pages without a live document show it, and as the command line prints it. */
export interface EntryDetail extends EntryRow {
	/** Log position it holds; 0 while there is no live document. */
	readonly seq: number;
	readonly fields: Readonly<Record<FieldKey, FieldValue>>;
	readonly bodies: Readonly<Record<string, RichText>>;
	readonly conflicts: Readonly<Record<FieldKey, readonly ConflictingValue[]>>;
	/** Conflicts left standing, by field. */
	readonly disputes: Readonly<
		Record<FieldKey, { readonly reason: string; readonly actorName: string; readonly at: string }>
	>;
	/** By element id, and by id of what was said about the entry: every surviving element that was set by somebody (not those of the first building from an import). */
	readonly attributions: Readonly<Record<string, Attribution>>;
	/** Versions in the archival store, oldest first; each with a label of its own. */
	readonly versions: readonly {
		readonly version: string;
		readonly at: string;
		readonly kind: 'working' | 'approved';
	}[];
	/** Ancestors, outermost first. */
	readonly path: readonly {
		readonly id: EntryId;
		readonly title: string;
		readonly level: string;
		readonly profile: string;
		readonly dateText: string;
	}[];
	/** What the person asking may do here. */
	readonly can: {
		readonly edit: boolean;
		readonly comment: boolean;
		readonly decide: boolean;
		readonly create: boolean;
		readonly delete: boolean;
	};
	readonly problems: readonly string[];
	/** By which order and when its content was purged; undefined for every other entry. */
	readonly purged?: { readonly number: string; readonly at: string } | undefined;
	/** Codes it had before, newest first; left out where there are none, and for readers. */
	readonly formerCodes?: readonly FormerCode[];
	/** Where it stands in review. */
	readonly review: EntryReview;
}

export interface RowPage {
	readonly total: number;
	readonly offset: number;
	readonly rows: readonly EntryRow[];
}

/** What a version in the archival store is called: `v3`, and `2-v3` in the object that goes on where the first was full. */
export function versionLabel(objectId: string, version: string): string {
	const part = /#(\d+)$/.exec(objectId)?.[1];
	return part === undefined ? version : `${part}-${version}`;
}
