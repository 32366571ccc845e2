import type { Json } from '../entry.ts';
import type { Label } from '../profile.ts';

/**
 * What the catalogue is described with, beside its entries: kept as records with every version, deposited in the
 * archival store, read by rules and pick-lists.
 */
export const REGISTERS = ['fonds', 'authority', 'field', 'holdings', 'exception', 'figure'] as const;
export type RegisterId = (typeof REGISTERS)[number];

/** The content of a record: fields by name, JSON. What each register wants of it is said by its definition. */
export type RegisterContent = Readonly<Record<string, Json>>;

/** A record as it stands. */
export interface RegisterRecord<C = RegisterContent> {
	readonly id: string;
	/** From 1. */
	readonly version: number;
	readonly content: C;
	/** Taken out of use; kept, and can be put back. */
	readonly isWithdrawn: boolean;
	/** Who wrote this version. */
	readonly actorName: string;
	/** ISO 8601, server's clock. */
	readonly at: string;
}

/** A version of a record, with why it was written. */
export interface RegisterVersion<C = RegisterContent> extends RegisterRecord<C> {
	readonly why: string;
	/** The merge it came from, as long as that can be undone. */
	readonly mergeId?: string;
}

/** Something wrong with a content: a code with words `register_problem_<code>`, in which field. */
export interface RegisterProblem {
	readonly field: string;
	readonly code: string;
	readonly params?: Readonly<Record<string, string | number>>;
	/** People should know it and may leave it so; everything else keeps a content from being written. */
	readonly isWarning?: true;
}

/** One register: what its records are, what is wrong with one, and what it is called in a list. */
export interface RegisterDefinition<C extends object = RegisterContent> {
	readonly id: RegisterId;
	readonly label: Label;
	/** Problems of a content as it was sent; nothing but warnings when it is a `C`. Unknown fields are problems, too. */
	readonly check: (content: RegisterContent) => readonly RegisterProblem[];
	/** What a record is called. */
	readonly titleOf: (content: C) => string;
	/** The entry whose words a record quotes: when they are purged, it goes with them. */
	readonly entryOf?: (content: C) => string;
	/**
	 * Problems of records among all, as they would stand: a number that two have. Asked once for many changes; what is out
	 * of use is in `all`, too, and has none. Where it takes long it says `undefined` now and then: others get their turn.
	 */
	readonly checkAmong?: (
		changed: ReadonlySet<string>,
		all: readonly RegisterRecord<C>[],
	) => Iterable<(RegisterProblem & { readonly id: string }) | undefined>;
}
