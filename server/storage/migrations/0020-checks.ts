import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
	`create table finding (
		id integer primary key,
		entry_id text not null,
		fonds_id text not null,
		rule text not null,
		field text not null,
		severity text not null,
		message text not null,
		params text not null,
		value text not null,
		suggestion text,
		exception_id text,
		first_seen text not null,
		run_id text
	)`,
	`create index finding_entry on finding (entry_id)`,
	`create index finding_rule on finding (rule, fonds_id, severity, exception_id)`,
	`create index finding_fonds on finding (fonds_id, rule)`,
	`create table campaign (
		id text primary key,
		number text not null unique,
		name text not null,
		under text,
		under_title text not null,
		rules text,
		state text not null,
		run integer not null,
		position text,
		done integer not null default 0,
		total integer not null default 0,
		started_at text,
		finished_at text,
		created_id text not null,
		created_name text not null,
		created_at text not null,
		deposited_as text
	)`,
	`create table campaign_count (
		campaign_id text not null,
		run integer not null,
		fonds_id text not null,
		rule text not null,
		severity text not null,
		open integer not null,
		accepted integer not null,
		primary key (campaign_id, run, fonds_id, rule, severity)
	) without rowid`,
	`create table campaign_run (
		campaign_id text not null,
		run integer not null,
		started_at text not null,
		finished_at text,
		entries integer not null,
		actor_id text not null,
		actor_name text not null,
		primary key (campaign_id, run)
	) without rowid`,
	`create table campaign_assignment (
		campaign_id text not null,
		fonds_id text not null,
		rule text not null,
		person_id text not null,
		person_name text not null,
		by_id text not null,
		by_name text not null,
		at text not null,
		primary key (campaign_id, fonds_id, rule)
	) without rowid`,
	`create table campaign_fix (
		id text primary key,
		campaign_id text not null,
		rule text not null,
		fonds_id text not null,
		state text not null,
		order_id text,
		edited integer not null default 0,
		ordered integer not null default 0,
		left_out integer not null default 0,
		actor_id text not null,
		actor_name text not null,
		at text not null,
		undone_at text,
		undone_by text
	)`,
	`create index campaign_fix_campaign on campaign_fix (campaign_id, at)`,
	`create table campaign_fix_row (
		fix_id text not null,
		position integer not null,
		entry_id text not null,
		field text not null,
		old_value text not null,
		new_value text not null,
		element_id text not null,
		undo_element_id text not null,
		state text not null,
		why text not null,
		primary key (fix_id, position)
	) without rowid`,
	`create index campaign_fix_row_entry on campaign_fix_row (entry_id)`,
];

/** What the rules of description find, and campaigns that bring it to an end. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
