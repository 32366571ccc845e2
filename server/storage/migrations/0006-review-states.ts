import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
	`alter table entry add column review_state text not null default 'draft'`,
	`alter table entry add column reviewed_seq integer not null default 0`,
	`alter table entry add column submitted_by text`,
	`create index entry_review_state on entry (review_state, id) where review_state <> 'draft'`,
	`create table review_step (
		id text primary key, step text not null, why text not null, actor_id text not null, actor_name text not null,
		via text, at text not null, entries integer not null) without rowid`,
	`create table review_step_entry (
		entry_id text not null, step_id text not null, from_state text not null, to_state text not null,
		seq integer not null, primary key (entry_id, step_id)) without rowid`,
	`create index review_step_entry_step on review_step_entry (step_id)`,
	`create table entry_editor (
		entry_id text not null, person_id text not null, name text not null, at text not null,
		primary key (entry_id, person_id)) without rowid`,
	`create index entry_editor_person on entry_editor (person_id, at)`,
	`create table shown_entry (
		row_id integer primary key, entry_id text not null unique, level text not null, title text not null,
		reference_code text not null, date_text text not null, creators_text text not null, fields text not null,
		bodies text not null)`,
	`insert into entry_editor (entry_id, person_id, name, at)
		select substr(doc, 7), actor_id, actor_name, max(received_at) from log_update
		where doc like 'entry:%' and actor_id <> 'server' and (via is null or not (via = 'import' or via like 'proposal:%'))
		group by doc, actor_id`,
];

/** How far entries have come in review, who took which step, and what readers see meanwhile. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
