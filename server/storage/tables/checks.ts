import type { Generated } from 'kysely';

/** What a rule says now about a field of an entry. Follows from rows and registers: not in the archival store. */
export interface FindingTable {
	id: Generated<number>;
	entry_id: string;
	fonds_id: string;
	/** `R13` */
	rule: string;
	field: string;
	/** `E`, `W`, `I` */
	severity: string;
	/** Key of its words. */
	message: string;
	/** JSON */
	params: string;
	/** The field as written, shortened. */
	value: string;
	/** JSON: what the field should say. */
	suggestion: string | null;
	/** Record of the register of exceptions, when somebody has accepted it. */
	exception_id: string | null;
	first_seen: string;
	/** Campaign that found it; null for what was found when a row changed. */
	run_id: string | null;
}

/** Entries checked by rules until what they find is dealt with. */
export interface CampaignTable {
	id: string;
	/** `2026-0001` */
	number: string;
	name: string;
	/** An entry with all below it; null for the whole catalogue. */
	under: string | null;
	/** What that entry was called. */
	under_title: string;
	/** JSON: ids of rules; null for all. */
	rules: string | null;
	/** `waiting`, `running`, `cancelled`, `done`, `closed` */
	state: string;
	/** From 1: how often it ran. */
	run: number;
	/** JSON: where it goes on after a restart. */
	position: string | null;
	done: Generated<number>;
	total: Generated<number>;
	started_at: string | null;
	finished_at: string | null;
	created_id: string;
	created_name: string;
	created_at: string;
	/** How it stood when it was last deposited. */
	deposited_as: string | null;
}

/** What was found at the end of a run. */
export interface CampaignCountTable {
	campaign_id: string;
	run: number;
	fonds_id: string;
	rule: string;
	severity: string;
	open: number;
	accepted: number;
}

/** One run over the scope. */
export interface CampaignRunTable {
	campaign_id: string;
	run: number;
	started_at: string;
	finished_at: string | null;
	entries: number;
	actor_id: string;
	actor_name: string;
}

/** Who deals with the findings of a rule, a fonds, or a rule in a fonds; empty for any. */
export interface CampaignAssignmentTable {
	campaign_id: string;
	fonds_id: string;
	rule: string;
	person_id: string;
	person_name: string;
	by_id: string;
	by_name: string;
	at: string;
}

/** Suggestions that were taken all at once. */
export interface CampaignFixTable {
	id: string;
	campaign_id: string;
	rule: string;
	fonds_id: string;
	/** `applying`, `applied`, `undoing`, `undone` */
	state: string;
	/** Correction order for what was registered. */
	order_id: string | null;
	edited: Generated<number>;
	ordered: Generated<number>;
	left_out: Generated<number>;
	actor_id: string;
	actor_name: string;
	at: string;
	undone_at: string | null;
	undone_by: string | null;
}

/** One value that was set, as rows of correction orders are. */
export interface CampaignFixRowTable {
	fix_id: string;
	position: number;
	entry_id: string;
	field: string;
	/** JSON */
	old_value: string;
	new_value: string;
	element_id: string;
	undo_element_id: string;
	/** `waiting` and the outcomes of rows of correction orders */
	state: string;
	why: string;
}
