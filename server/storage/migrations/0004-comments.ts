import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
	`create table review (
		entry_id text primary key, projected_seq integer not null, open_threads integer not null) without rowid`,
	`create table comment_thread (
		id text primary key, entry_id text not null, anchor text not null, is_resolved integer not null,
		resolved_by text, resolved_at text, last_at text not null) without rowid`,
	`create index comment_thread_entry on comment_thread (entry_id)`,
	`create table comment (
		id text primary key, entry_id text not null, thread_id text not null, text text not null, actor_id text not null,
		actor_name text not null, received_at text not null, claimed_at text not null, revised_at text,
		is_withdrawn integer not null, seq integer not null) without rowid`,
	`create index comment_entry on comment (entry_id)`,
	`create table notice (
		id text primary key, person_id text not null, kind text not null, entry_id text not null, object_id text not null,
		actor_name text not null, text text not null, at text not null, read_at text) without rowid`,
	`create index notice_person on notice (person_id, at)`,
	`alter table entry add column open_threads integer not null default 0`,
];

/** What is said about entries, and what people are told of it. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
