import type { Generated } from 'kysely';

/** One line per entry: a cache of its live document, or what the import read while it has none. */
export interface EntryTable {
	row_id: Generated<number>;
	id: string;
	parent_id: string | null;
	/** Fractional key among siblings; ties are broken by id. */
	order_key: string;
	level: string;
	profile: string;
	status: string;
	title: string;
	reference_code: string;
	date_text: string;
	/** First day it may speak of, see `row-dates.ts`; null until it is computed. */
	date_earliest: Generated<number | null>;
	/** Last day it may speak of; null until it is computed. */
	date_latest: Generated<number | null>;
	creators_text: string;
	/** JSON: newest value by field key, structural fields left out. */
	fields: string;
	/** JSON: RichText by field id. */
	bodies: string;
	/** Fields with several values, see {@link ConflictTable}. */
	conflict_count: number;
	/** Inherited: id of the nearest ancestor or self that belongs to itself (`fondsOfEntry`), else of the outermost. */
	fonds_id: string;
	/** Own access status, null when none is set, `structural` where the profile has none at that level. */
	own_access: string | null;
	/** Inherited: own access status, else the nearest ancestor's, else `notReviewed`; `structural` where the level has none. */
	access_status: string;
	/** Inherited: 1 when an ancestor is deleted. */
	hidden: number;
	/** `row_id` of the import that made it, 0 for entries made by hand. */
	import_row: number;
	synthetic: number;
	/** JSON array of problem codes, e.g. `catalogue.parent-loop`, or null. */
	problems: string | null;
	/** Log position the row shows; 0 while there is no live document. */
	projected_seq: number;
	/** Log position the newest deposited version holds; null before the first. */
	deposited_seq: number | null;
	/** Threads of comments that are not resolved. */
	open_threads: Generated<number>;
	/** Proposals nobody has decided. */
	open_proposals: Generated<number>;
	/** `draft` · `submitted` · `returned` · `verified` · `registered`. */
	review_state: Generated<string>;
	/** Log position that was verified or registered last; 0 for an imported entry nobody edited. */
	reviewed_seq: Generated<number>;
	/** Who submitted it last, until it is registered. */
	submitted_by: string | null;
	/** Id of the last step of review; null before the first. */
	last_step: string | null;
	/** The last of them that the archival store holds. */
	deposited_step: string | null;
	created_at: string;
	updated_at: string;
}

/** An import. Its entries are invisible until `state` is `accepted`. */
export interface ImportTable {
	row_id: Generated<number>;
	id: string;
	/** `staging` running · `accepted` · `undone`. Failed and cancelled imports leave no row. */
	state: string;
	file_name: string;
	format: string;
	profile: string;
	under_id: string | null;
	root_ids: string;
	entries: number;
	/** JSON: ImportReport. */
	report: string;
	actor_id: string;
	actor_name: string;
	via: string | null;
	synthetic: number;
	created_at: string;
	accepted_at: string | null;
	/** Version of the archival object, null until it is deposited. */
	deposited_version: string | null;
	/** Id of the last event that the archival store holds; 0 for none. */
	deposited_event: Generated<number>;
}

/** What happened to an import after it was accepted: `undone`, with JSON detail. */
export interface ImportEventTable {
	id: Generated<number>;
	import_id: string;
	kind: string;
	detail: string;
	actor_id: string;
	at: string;
}

/** A version of an entry in the archival store. */
export interface DepositTable {
	id: Generated<number>;
	entry_id: string;
	object_id: string;
	version: string;
	kind: string;
	/** Log position it holds. */
	seq: number;
	at: string;
}

/** A step of review, taken with one entry or with many at once. Never changed. */
export interface ReviewStepTable {
	id: string;
	/** `submit` · `recall` · `return` · `verify` · `register`. */
	step: string;
	why: string;
	actor_id: string;
	actor_name: string;
	via: string | null;
	at: string;
	/** How many entries it was taken with. */
	entries: number;
	/** Version of its archival object, when it has one of its own. */
	deposited_version: string | null;
}

/** One entry of a step. */
export interface ReviewStepEntryTable {
	entry_id: string;
	step_id: string;
	from_state: string;
	to_state: string;
	/** Log position of the entry. */
	seq: number;
	/** Grows with each step taken with the entry; 0 where only the time is known. */
	position: Generated<number>;
}

/** Who has changed an entry since it was registered last, or since it was made. */
export interface EntryEditorTable {
	entry_id: string;
	person_id: string;
	/** As the log had it. */
	name: string;
	/** When they did so last. */
	at: string;
}

/**
 * What readers see of an imported entry that is being worked on and was never registered: its row as the import made it.
 * In the index it has the negative of its row id.
 */
export interface ShownEntryTable {
	row_id: number;
	entry_id: string;
	level: string;
	title: string;
	reference_code: string;
	date_text: string;
	/** First day it may speak of, see `row-dates.ts`; null until it is computed. */
	date_earliest: Generated<number | null>;
	/** Last day it may speak of; null until it is computed. */
	date_latest: Generated<number | null>;
	creators_text: string;
	fields: string;
	bodies: string;
}
