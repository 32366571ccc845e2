import type { Generated } from 'kysely';

/** What the reference code of an entry says: follows from the rows and the register of fonds, and is made anew from them. */
export interface CodedEntryTable {
	/** Row of the entry. */
	row_id: number;
	entry_id: string;
	fonds_number: string;
	/** Id of the regime; empty when none stands for the entry. */
	regime: string;
	/** Everything before the last number; empty when the code could not be read. */
	group_key: string;
	/** 0 when the code could not be read. */
	number: number;
	/** What an inserted number carries; empty for most. */
	suffix: string;
	/** Digits as written. */
	width: number;
	/** As the regime writes it; as received when it could not be read. */
	canonical: string;
	/** Which part the number is: `fileNumber` · `itemNumber` · `pageNumber`; empty when the code could not be read. */
	part: string;
	/** 0: the entry is deleted. Its number is nobody else's all the same. */
	active: number;
	/** JSON: CodeProblem[]; null for none. */
	problems: string | null;
}

/** Entries whose code is to be read again, written by triggers of the entry table. */
export interface CodedEntryDueTable {
	row_id: number;
	/** 1: and those of everything below it. */
	below: number;
	/** Grows with every change: what was read is taken off only when it is still what was read. */
	stamp: Generated<number>;
}

/** What was done with numbers and codes. Never changed. */
export interface CodeEventTable {
	id: Generated<number>;
	/**
	 * `allotted` to an entry · `voided` · `reserved` as a block · `returned` · `alias` an old code · `renumbered` why a batch of codes was changed ·
	 * `note` of a gap.
	 */
	kind: string;
	fonds_number: string;
	regime: string;
	group_key: string;
	/** First and last number; 0 for aliases. */
	number: number;
	number_to: number;
	suffix: string;
	entry_id: string | null;
	/** The code allotted; the old code of an alias. */
	code: string;
	/** What took the place of an old code. */
	new_code: string;
	block_id: string | null;
	why: string;
	actor_id: string;
	actor_name: string;
	via: string | null;
	at: string;
}

/** How far something has come: `deposit` last event in the archival store · `fonds` last version of the register that was read. */
export interface CodeProgressTable {
	name: string;
	position: number;
}
