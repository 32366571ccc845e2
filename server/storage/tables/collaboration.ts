import type { Generated } from 'kysely';

/** A field of an entry that has several values. Written with the entry's row. */
export interface ConflictTable {
	entry_id: string;
	field: string;
	/** When the second of the values was received. */
	since: string;
	cause: string;
	/** Alike conflicts share it. */
	group_key: string;
	/** JSON: ConflictingValue[], newest first. */
	values_json: string;
	/** JSON with reason, actorName, at, when it was left standing; else null. */
	dispute: string | null;
}

/** Who set the values of a conflict. */
export interface ConflictPersonTable {
	entry_id: string;
	field: string;
	person_id: string;
}

/** One decision over many entries, which can be taken back as a whole. */
export interface DecisionTable {
	id: string;
	/** `conflicts`. */
	kind: string;
	/** JSON: what was decided, and of what. */
	detail: string;
	why: string;
	actor_id: string;
	actor_name: string;
	at: string;
	/** How many fields it set. */
	items: number;
	undone_at: string | null;
	undone_by: string | null;
	/** What it was when the archival store got it. */
	deposited_as: string | null;
}

/** One field a decision set. */
export interface DecisionItemTable {
	decision_id: string;
	entry_id: string;
	field: string;
	/** The element it set. */
	element_id: string;
	/** JSON: ConflictingValue[] that stood before. */
	before: string;
}

/** How far what is said about an entry is in the tables below. */
export interface ReviewTable {
	entry_id: string;
	/** Log position of its `review:` document that the rows show. */
	projected_seq: number;
	/** Log position of it that the newest deposited version of the entry holds. */
	deposited_seq: Generated<number>;
	open_threads: number;
}

/** A thread of comments on an entry. Written with its comments from the `review:` document. */
export interface CommentThreadTable {
	/** Id of its first comment. */
	id: string;
	entry_id: string;
	/** JSON: CommentAnchor. */
	anchor: string;
	is_resolved: number;
	/** Account id. */
	resolved_by: string | null;
	resolved_at: string | null;
	last_at: string;
}

/** A comment as it stands, with who wrote it by the log. */
export interface CommentTable {
	id: string;
	entry_id: string;
	thread_id: string;
	text: string;
	actor_id: string;
	actor_name: string;
	received_at: string;
	/** What the device said. */
	claimed_at: string;
	revised_at: string | null;
	is_withdrawn: number;
	/** Its position in the log. */
	seq: number;
}

/** Something a person is told: that they were mentioned, or answered. */
export interface NoticeTable {
	/** Kind, object and person: nobody is told twice. */
	id: string;
	person_id: string;
	/** `mention` · `answer` · `accepted` · `rejected` · `order-applied` · `order-rejected`. */
	kind: string;
	entry_id: string;
	/** Id of the comment, proposal or order. */
	object_id: string;
	/** Who did it. */
	actor_name: string;
	/** Beginning of what was said. */
	text: string;
	at: string;
	read_at: string | null;
}

/** A proposal for an entry, and what became of it. Written from the `review:` document. */
export interface ProposalTable {
	id: string;
	entry_id: string;
	actor_id: string;
	actor_name: string;
	received_at: string;
	why: string;
	/** JSON: values and texts of the proposal. */
	content: string;
	/** `open` · `accepted` · `rejected` · `withdrawn`. */
	state: string;
	/** Name of who decided. */
	decided_by: string | null;
	decided_at: string | null;
	decided_why: string | null;
	/** JSON: values taken in the place of the proposed ones. */
	changed: string;
}

/** A correction order. Its rows are written before it: it is there whole or not at all. */
export interface CorrectionOrderTable {
	id: string;
	/** Of the local calendar when it was made. */
	year: number;
	/** From 1 within the year. */
	serial: number;
	/** JSON: KeptRule. */
	rule: string;
	why: string;
	state: string;
	proposer_id: string;
	proposer_name: string;
	created_at: string;
	submitted_at: string | null;
	/** JSON: OrderDecision. Written before entries change. */
	decision: string | null;
	decided_at: string | null;
	/** When all that was approved was carried out. */
	finished_at: string | null;
	/** JSON with actorName, at, why. Written before entries change back. */
	undo: string | null;
	undone_at: string | null;
	row_count: number;
	/** Version of its archival object. */
	deposited_version: string | null;
	/** What it was when that was written. */
	deposited_as: string | null;
}

/** One value that an order sets. */
export interface CorrectionOrderRowTable {
	order_id: string;
	/** From 0 within the order. */
	position: number;
	/** See OrderGroup. */
	group_no: number;
	entry_id: string;
	field: string;
	/** JSON values. */
	old_value: string;
	new_value: string;
	/** The element it sets, and the one that takes it back, drawn when the order is made. */
	element_id: string;
	undo_element_id: string;
	state: string;
	/** Why it was rejected, or the code of what refused it. */
	why: string;
	/** Name of who judged it. */
	judged_by: string | null;
}

/** Rows drawn at random to be looked at. */
export interface CorrectionOrderSampleTable {
	id: string;
	order_id: string;
	actor_id: string;
	actor_name: string;
	at: string;
	/** JSON array. */
	positions: string;
}

/** What a person has seen of an entry. Only ever moves forward. */
export interface VisitTable {
	person_id: string;
	entry_id: string;
	/** Position in the log up to which the entry was seen. */
	seq: number;
	at: string;
}
