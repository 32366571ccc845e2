import type { FieldKey, FieldValue, PlacedEntry } from './entry.ts';

/** One of the values that stand beside each other, as an export shows it. */
export interface UnsettledValue {
	readonly value: FieldValue;
	/** Name of who set it. */
	readonly author: string;
	/** When the server received it, ISO UTC. */
	readonly at: string;
}

/** Why several values were left standing, who said so and when. */
export interface LeftStanding {
	readonly reason: string;
	readonly author: string;
	/** ISO UTC. */
	readonly at: string;
}

/** What of an entry is not settled, by field. Left out where all is. */
export interface Unsettled {
	/** All values of a field that has several, newest first: the first is the one `fields` shows. */
	readonly conflicts?: Readonly<Record<FieldKey, readonly UnsettledValue[]>>;
	/** Of these fields, those left standing with a reason. */
	readonly disputes?: Readonly<Record<FieldKey, LeftStanding>>;
}

/**
 * What an exported entry stands for: `approved` registered by somebody other than its maker, so the word of the archive;
 * `working` described or changed here, and not approved. Left out where it is as an import made it.
 */
export type Standing = 'approved' | 'working';

/** An entry on its way out. */
export type ExportedEntry = PlacedEntry & Unsettled & { readonly standing?: Standing };
