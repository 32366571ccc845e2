import type { Generated } from 'kysely';

/**
 * The tables, for SQLite and PostgreSQL alike. Instants are ISO strings in UTC ending in `_at`, JSON is text,
 * ids are bare UUIDv7 text, booleans 0 or 1. Numbered migrations in `migrations/` make exactly this.
 */
export interface Schema {
	setting: SettingTable;
	user: UserTable;
	session: SessionTable;
	account: AccountTable;
	verification: VerificationTable;
	api_token: ApiTokenTable;
	entry: EntryTable;
	import: ImportTable;
	import_event: ImportEventTable;
	log_update: LogUpdateTable;
	log_head: LogHeadTable;
	log_cold: LogColdTable;
	log_kept: LogKeptTable;
	log_line: LogLineView;
	entry_change: EntryChangeTable;
	deposit: DepositTable;
	audit: AuditTable;
	push_batch: PushBatchTable;
	device_key: DeviceKeyTable;
	conflict: ConflictTable;
	conflict_person: ConflictPersonTable;
	decision: DecisionTable;
	decision_item: DecisionItemTable;
	review: ReviewTable;
	comment_thread: CommentThreadTable;
	comment: CommentTable;
	notice: NoticeTable;
	proposal: ProposalTable;
	review_step: ReviewStepTable;
	review_step_entry: ReviewStepEntryTable;
	entry_editor: EntryEditorTable;
	shown_entry: ShownEntryTable;
	correction_order: CorrectionOrderTable;
	correction_order_row: CorrectionOrderRowTable;
	correction_order_sample: CorrectionOrderSampleTable;
	visit: VisitTable;
}

/**
 * Settings of the archive: `archive.name`, `archive.code`, `deposit.idleSeconds` … ; `value` is JSON. `log.lineage` and
 * `log.restored` belong to `lineage.ts`.
 */
export interface SettingTable {
	key: string;
	value: string;
}

/** Accounts, in the shape better-auth keeps, plus ours. `name` is what people see and sign in with (NFKC). */
export interface UserTable {
	id: string;
	name: string;
	/** Internal address, never shown or written to. */
	email: string;
	emailVerified: number;
	image: string | null;
	createdAt: string;
	updatedAt: string;
	/** Lower-cased NFKC form of the name: what sign-in looks up. */
	username: string;
	displayUsername: string | null;
	role: string;
	/** JSON array of fonds entry ids, or null for all. */
	fonds: string | null;
	/** JSON array of access statuses a reader may see, or null for the default of the role. */
	access_statuses: string | null;
	disabled_at: string | null;
}

export interface SessionTable {
	id: string;
	userId: string;
	token: string;
	expiresAt: string;
	ipAddress: string | null;
	userAgent: string | null;
	createdAt: string;
	updatedAt: string;
}

export interface AccountTable {
	id: string;
	accountId: string;
	providerId: string;
	userId: string;
	accessToken: string | null;
	refreshToken: string | null;
	idToken: string | null;
	accessTokenExpiresAt: string | null;
	refreshTokenExpiresAt: string | null;
	scope: string | null;
	password: string | null;
	createdAt: string;
	updatedAt: string;
}

export interface VerificationTable {
	id: string;
	identifier: string;
	value: string;
	expiresAt: string;
	createdAt: string;
	updatedAt: string;
}

export interface ApiTokenTable {
	id: string;
	user_id: string;
	name: string;
	/** SHA-256 of the token, hex. The token itself is shown once and never kept. */
	hash: string;
	/** JSON array: `read`, `write`. */
	scopes: string;
	created_at: string;
	expires_at: string;
	last_used_at: string | null;
	revoked_at: string | null;
}

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
	creators_text: string;
	/** JSON: newest value by field key, structural fields left out. */
	fields: string;
	/** JSON: RichText by field id. */
	bodies: string;
	/** Fields with several values, see {@link ConflictTable}. */
	conflict_count: number;
	/** Inherited: id of the outermost ancestor or self. */
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

/** The durable log: what the server acknowledged, in order. Never changed; a compaction moves cold rows to `log_cold`. */
export interface LogUpdateTable {
	/** Position in the log of the whole archive. */
	seq: Generated<number>;
	doc: string;
	/** `update`, or `snapshot`: a whole state in the place of the rows up to its position. */
	kind: string;
	payload: Uint8Array;
	actor_id: string;
	actor_name: string;
	/** `import`, `cli`, `server` or null for a person in the workspace. */
	via: string | null;
	received_at: string;
}

/** Rows that a snapshot stands for. Who wrote when stays for good, the payload for a time. */
export interface LogColdTable extends Omit<LogUpdateTable, 'seq' | 'payload'> {
	id: Generated<number>;
	seq: number;
	/** Null once it is not needed any more to go back before the compaction. */
	payload: Uint8Array | null;
	taken_at: string;
}

/** What is kept of the payloads of a document's cold rows. */
export interface LogKeptTable {
	doc: string;
	/** JSON: `Kept` of `catalogue/replaced-values.ts`. */
	kept: string;
}

/** Every update that was ever logged, whatever became of its payload. */
export type LogLineView = Pick<
	LogColdTable,
	'seq' | 'doc' | 'actor_id' | 'actor_name' | 'via' | 'received_at'
>;

/** The last position of each live document. */
export interface LogHeadTable {
	doc: string;
	seq: number;
	updates: number;
	bytes: number;
}

/** Every accepted setting of a field, for good. Written in the transaction of its log row. */
export interface EntryChangeTable {
	id: Generated<number>;
	doc: string;
	seq: number;
	element_id: string;
	field: string;
	/** JSON array of the values this setting replaced, in log order. */
	from_values: string;
	/** JSON value set. */
	to_value: string;
	actor_id: string;
	actor_name: string;
	via: string | null;
	received_at: string;
	/** What the device said: `by` and `at` of the element. */
	claimed_by: string;
	claimed_at: string;
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

/** Who did what to whom: actions of authority. */
export interface AuditTable {
	seq: Generated<number>;
	at: string;
	actor_id: string;
	actor_name: string;
	via: string | null;
	action: string;
	object: string;
	detail: string;
}

/** What a batch of updates was answered, so that the same batch gets the same answer. Kept for a month. */
export interface PushBatchTable {
	person_id: string;
	device: string;
	batch_id: string;
	/** SHA-256 of what was sent, hex: a batch id used again for other work is noticed. */
	digest: string;
	/** JSON: BatchResult[]. */
	results: string;
	at: string;
}

/** A device that keeps work of a person, encrypted with a key derived for it. */
export interface DeviceKeyTable {
	device_id: string;
	person_id: string;
	user_agent: string;
	created_at: string;
	last_used_at: string;
	revoked_at: string | null;
}

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
}

/** One entry of a step. */
export interface ReviewStepEntryTable {
	entry_id: string;
	step_id: string;
	from_state: string;
	to_state: string;
	/** Log position of the entry. */
	seq: number;
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
	creators_text: string;
	fields: string;
	bodies: string;
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
