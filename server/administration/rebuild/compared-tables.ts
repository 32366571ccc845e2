import type { Schema } from '#server/storage/schema.ts';
import { OWN_SETTINGS } from '#server/preservation/archive-records.ts';

/** What people know the rows of tables as. */
export type ComparedKind =
	| 'entry'
	| 'review'
	| 'import'
	| 'step'
	| 'order'
	| 'decision'
	| 'campaign'
	| 'register'
	| 'code'
	| 'purge'
	| 'person'
	| 'setting'
	/** A table that this version does not know. */
	| 'table';

/** Groups of what no archival store holds, in the order in which they are told. */
export const NOT_HELD = [
	'signIn',
	'tokens',
	'devices',
	'seen',
	'audit',
	'unfinished',
	'checks',
	'copies',
	'updates',
	'anew',
] as const;

/** A group of what no archival store holds. */
export type NotHeld = (typeof NOT_HELD)[number];

/** How the rows of a table are found again in a rebuilt database. Conditions and expressions are SQL over the row `lost`. */
export interface ComparedTable {
	readonly of: ComparedKind;
	/** Id of the thing that a row belongs to. */
	readonly id: string;
	/** A row is a thing of its own; other tables say more about one. */
	readonly isMain?: true;
	/** Columns by which a row is known in both databases; without them rows are compared as they are, and only missed. */
	readonly key?: readonly string[];
	/** Columns that the archive does not speak of, or that follow from others. */
	readonly leftOut?: readonly string[];
	/** What is compared in their place, for `{row}` of the database `{of}`. */
	readonly also?: readonly string[];
	/** Columns of JSON, whose keys may come in any order. */
	readonly json?: readonly string[];
	/** Which rows an archival store holds; the others are counted as `unfinished`. */
	readonly held?: string;
	/** `follows`: as the live document says, at its position · `grows`: rows are only added, and never changed. */
	readonly how?: 'follows' | 'grows';
}

const OF_ENTRY = { of: 'entry', id: 'lost.entry_id' } as const;
const OF_REVIEW = { of: 'review', id: 'lost.entry_id' } as const;
const OF_DOC = `substr(lost.doc, instr(lost.doc, ':') + 1)`;
/** Opening an imported entry begins its document and says nothing that the import has not said. */
const IS_SAID = `(lost.doc like 'review:%' or exists (select 1 from main.entry_change as said where said.doc = lost.doc)
	or exists (select 1 from main.log_head as head where head.doc = lost.doc and head.updates > 1))`;
const IS_ACCEPTED = `not exists (select 1 from main.import where row_id = lost.import_row and state = 'staging')`;
const IMPORT_ID = '(select import.id from {of}.import as import where import.row_id = {row}.import_row)';
const DATES = ['date_earliest', 'date_latest'];
/** What rows of comments and proposals say themselves. */
const SAID = ['open_threads', 'open_proposals'];
const IS_SUBMITTED = `exists (select 1 from main.correction_order as whole where whole.id = lost.order_id and whole.state <> 'draft')`;
const IS_STILL = `state not in ('waiting', 'running')`;
const isStill = (id: string): string =>
	`exists (select 1 from main.campaign as whole where whole.id = ${id} and whole.${IS_STILL})`;
const FIX_CAMPAIGN = '(select fix.campaign_id from main.campaign_fix as fix where fix.id = lost.fix_id)';
/** What an order found and left is certain when it is done. */
const IS_DONE = `exists (select 1 from main.purge_order as whole where whole.id = lost.order_id and whole.state = 'done')`;

/**
 * Every table: how it is compared with a rebuilt one, or to which group of what no archival store holds it belongs. A new
 * table does not compile before that is decided, and the test beside asks it of the database itself.
 */
export const TABLES: Readonly<
	Record<keyof Schema | 'entry_text' | 'migration' | 'migration_lock', ComparedTable | NotHeld | 'positions'>
> = {
	entry: {
		...{ of: 'entry', id: 'lost.id', isMain: true, key: ['id'], how: 'follows' },
		leftOut: ['row_id', 'import_row', 'updated_at', 'deposited_seq', 'deposited_step', ...DATES, ...SAID],
		also: [IMPORT_ID],
		held: IS_ACCEPTED,
	},
	import: {
		...{ of: 'import', id: 'lost.id', isMain: true, key: ['id'] },
		leftOut: ['row_id', 'deposited_version', 'deposited_event'],
		json: ['report', 'root_ids'],
		held: `lost.state <> 'staging'`,
	},
	import_event: { of: 'import', id: 'lost.import_id', leftOut: ['id'], how: 'grows' },
	// Of documents their positions are compared, whatever they took to come there.
	log_head: 'positions',
	log_line: { of: 'entry', id: OF_DOC, key: ['doc', 'seq'], held: IS_SAID, how: 'grows' },
	entry_change: {
		...{ of: 'entry', id: OF_DOC, key: ['doc', 'seq', 'element_id'], how: 'grows' },
		leftOut: ['id'],
		json: ['from_values', 'to_value'],
	},
	deposit: { ...OF_ENTRY, key: ['entry_id', 'object_id', 'version'], leftOut: ['id'], how: 'grows' },
	conflict: { ...OF_ENTRY, key: ['entry_id', 'field'], how: 'follows' },
	conflict_person: { ...OF_ENTRY, key: ['entry_id', 'field', 'person_id'], how: 'follows' },
	entry_editor: { ...OF_ENTRY, key: ['entry_id', 'person_id'], how: 'follows' },
	shown_entry: { ...OF_ENTRY, key: ['entry_id'], leftOut: ['row_id', ...DATES], how: 'follows' },
	review: { ...OF_REVIEW, key: ['entry_id'], leftOut: ['deposited_seq'], how: 'follows' },
	comment_thread: { ...OF_REVIEW, key: ['id'], how: 'follows' },
	comment: { ...OF_REVIEW, key: ['id'], how: 'follows' },
	proposal: { ...OF_REVIEW, key: ['id'], json: ['content', 'changed'], how: 'follows' },
	review_step: { of: 'step', id: 'lost.id', isMain: true, key: ['id'], leftOut: ['deposited_version'] },
	review_step_entry: {
		...{ of: 'step', id: 'lost.step_id', key: ['entry_id', 'step_id'], how: 'grows' },
		// Records of earlier software do not say it.
		leftOut: ['position'],
	},
	correction_order: {
		...{ of: 'order', id: 'lost.id', isMain: true, key: ['id'] },
		leftOut: ['deposited_version', 'deposited_as'],
		held: `lost.state <> 'draft'`,
	},
	correction_order_row: {
		...{ of: 'order', id: 'lost.order_id', key: ['order_id', 'position'] },
		held: IS_SUBMITTED,
	},
	correction_order_sample: { of: 'order', id: 'lost.order_id', key: ['id'], held: IS_SUBMITTED },
	decision: { of: 'decision', id: 'lost.id', isMain: true, key: ['id'], leftOut: ['deposited_as'] },
	decision_item: { of: 'decision', id: 'lost.decision_id', key: ['decision_id', 'entry_id', 'field'] },
	campaign: {
		...{ of: 'campaign', id: 'lost.id', isMain: true, key: ['id'] },
		leftOut: ['position', 'deposited_as'],
		held: `lost.${IS_STILL}`,
	},
	campaign_run: {
		...{ of: 'campaign', id: 'lost.campaign_id', key: ['campaign_id', 'run'] },
		held: isStill('lost.campaign_id'),
	},
	campaign_count: {
		...{ of: 'campaign', id: 'lost.campaign_id' },
		key: ['campaign_id', 'run', 'fonds_id', 'rule', 'severity'],
		held: isStill('lost.campaign_id'),
	},
	campaign_assignment: {
		...{ of: 'campaign', id: 'lost.campaign_id', key: ['campaign_id', 'fonds_id', 'rule'] },
		held: isStill('lost.campaign_id'),
	},
	campaign_fix: {
		...{ of: 'campaign', id: 'lost.campaign_id', key: ['id'] },
		held: isStill('lost.campaign_id'),
	},
	campaign_fix_row: {
		...{ of: 'campaign', id: FIX_CAMPAIGN, key: ['fix_id', 'position'] },
		held: isStill(FIX_CAMPAIGN),
	},
	register_version: {
		...{ of: 'register', id: 'lost.register', key: ['register', 'record_id', 'version'], how: 'grows' },
		leftOut: ['id'],
	},
	code_event: {
		of: 'code',
		id: `lost.kind || ' ' || coalesce(nullif(lost.code, ''), lost.group_key || ' ' || lost.number || '-' || lost.number_to)`,
		isMain: true,
		leftOut: ['id'],
		how: 'grows',
	},
	purge_order: {
		...{ of: 'purge', id: 'lost.id', isMain: true, key: ['id'] },
		leftOut: ['step', 'failure', 'originals', 'deposited_version'],
		json: ['certificate'],
	},
	purge_order_entry: {
		...{ of: 'purge', id: 'lost.order_id', key: ['order_id', 'entry_id'], json: ['place', 'counts'] },
		held: IS_DONE,
	},
	purge_object: {
		...{ of: 'purge', id: 'lost.order_id', key: ['order_id', 'object_id'], leftOut: ['done_at'] },
		json: ['before', 'after'],
		held: IS_DONE,
	},
	purge_backup: { of: 'purge', id: 'lost.order_id', key: ['order_id', 'file'] },
	purged_entry: { of: 'purge', id: 'lost.order_id', key: ['entry_id'], leftOut: ['number'] },
	user: { of: 'person', id: 'lost.id', isMain: true, key: ['id'], leftOut: ['updatedAt'] },
	setting: {
		...{ of: 'setting', id: 'lost.key', isMain: true, key: ['key'], json: ['value'] },
		held: `lost.key not in (${OWN_SETTINGS.map((key) => `'${key}'`).join(', ')})`,
	},
	account: 'signIn',
	session: 'signIn',
	verification: 'signIn',
	api_token: 'tokens',
	device_key: 'devices',
	push_batch: 'devices',
	visit: 'seen',
	notice: 'seen',
	audit: 'audit',
	store_object: 'checks',
	store_day: 'checks',
	store_event: 'checks',
	store_failure: 'checks',
	store_root_file: 'checks',
	fixity_run: 'checks',
	store_copy_place: 'copies',
	store_copy: 'copies',
	store_copy_removal: 'copies',
	log_update: 'updates',
	log_cold: 'updates',
	log_kept: 'updates',
	finding: 'anew',
	coded_entry: 'anew',
	coded_entry_due: 'anew',
	code_progress: 'anew',
	register_deposit: 'anew',
	entry_count: 'anew',
	entry_count_stale: 'anew',
	entry_text: 'anew',
	migration: 'anew',
	migration_lock: 'anew',
};
