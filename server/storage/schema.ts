import type {
	EntryTable,
	ImportTable,
	ImportEventTable,
	DepositTable,
	ReviewStepTable,
	ReviewStepEntryTable,
	EntryEditorTable,
	ShownEntryTable,
} from './tables/catalogue.ts';
import type {
	CampaignAssignmentTable,
	CampaignCountTable,
	CampaignFixRowTable,
	CampaignFixTable,
	CampaignRunTable,
	CampaignTable,
	FindingTable,
} from './tables/checks.ts';
import type {
	CodeEventTable,
	CodeProgressTable,
	CodedEntryDueTable,
	CodedEntryTable,
} from './tables/codes.ts';
import type {
	ConflictTable,
	ConflictPersonTable,
	DecisionTable,
	DecisionItemTable,
	ReviewTable,
	CommentThreadTable,
	CommentTable,
	NoticeTable,
	ProposalTable,
	CorrectionOrderTable,
	CorrectionOrderRowTable,
	CorrectionOrderSampleTable,
	VisitTable,
} from './tables/collaboration.ts';
import type {
	LogUpdateTable,
	LogColdTable,
	LogLineView,
	LogKeptTable,
	LogHeadTable,
	EntryChangeTable,
	PushBatchTable,
} from './tables/log.ts';
import type {
	SettingTable,
	UserTable,
	SessionTable,
	AccountTable,
	VerificationTable,
	ApiTokenTable,
	AuditTable,
	DeviceKeyTable,
} from './tables/people.ts';
import type {
	PurgeBackupTable,
	PurgedEntryTable,
	PurgeObjectTable,
	PurgeOrderEntryTable,
	PurgeOrderTable,
} from './tables/purge.ts';
import type { RegisterDepositTable, RegisterVersionTable } from './tables/registers.ts';
import type { EntryCountStaleTable, EntryCountTable } from './tables/statistics.ts';
import type {
	FixityRunTable,
	StoreDayTable,
	StoreEventTable,
	StoreFailureTable,
	StoreObjectTable,
	StoreCopyPlaceTable,
	StoreCopyRemovalTable,
	StoreCopyTable,
	StoreRootFileTable,
} from './tables/store.ts';

export type * from './tables/catalogue.ts';
export type * from './tables/checks.ts';
export type * from './tables/codes.ts';
export type * from './tables/collaboration.ts';
export type * from './tables/log.ts';
export type * from './tables/people.ts';
export type * from './tables/purge.ts';
export type * from './tables/registers.ts';
export type * from './tables/statistics.ts';
export type * from './tables/store.ts';

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
	store_object: StoreObjectTable;
	store_day: StoreDayTable;
	store_event: StoreEventTable;
	fixity_run: FixityRunTable;
	store_failure: StoreFailureTable;
	store_root_file: StoreRootFileTable;
	store_copy_place: StoreCopyPlaceTable;
	store_copy: StoreCopyTable;
	store_copy_removal: StoreCopyRemovalTable;
	purged_entry: PurgedEntryTable;
	purge_order: PurgeOrderTable;
	purge_order_entry: PurgeOrderEntryTable;
	purge_object: PurgeObjectTable;
	purge_backup: PurgeBackupTable;
	register_version: RegisterVersionTable;
	register_deposit: RegisterDepositTable;
	finding: FindingTable;
	campaign: CampaignTable;
	campaign_count: CampaignCountTable;
	campaign_run: CampaignRunTable;
	campaign_assignment: CampaignAssignmentTable;
	campaign_fix: CampaignFixTable;
	campaign_fix_row: CampaignFixRowTable;
	coded_entry: CodedEntryTable;
	coded_entry_due: CodedEntryDueTable;
	code_event: CodeEventTable;
	code_progress: CodeProgressTable;
	entry_count: EntryCountTable;
	entry_count_stale: EntryCountStaleTable;
}
