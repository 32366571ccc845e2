import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
	`create table purged_entry (
		number integer primary key autoincrement, entry_id text not null unique, order_id text not null, at text not null)`,
	`create table purge_order (
		id text primary key not null, year integer not null, serial integer not null, ground text not null,
		why text not null, below integer not null, keeps_code integer not null, state text not null,
		proposer_id text not null, proposer_name text not null, created_at text not null,
		decider_id text, decider_name text, decided_at text, decided_why text, step text, failure text,
		originals text, finished_at text, certificate text, deposited_version text) without rowid`,
	`create unique index purge_order_serial on purge_order (year, serial)`,
	`create index purge_order_state on purge_order (state, created_at)`,
	`create table purge_order_entry (
		order_id text not null, entry_id text not null, position integer not null, place text, counts text,
		primary key (order_id, entry_id)) without rowid`,
	`create index purge_order_entry_entry on purge_order_entry (entry_id)`,
	`create table purge_object (
		order_id text not null, object_id text not null, kind text not null, action text not null, before text,
		after text, done_at text, primary key (order_id, object_id)) without rowid`,
	`create table purge_backup (
		order_id text not null, file text not null, at text not null, sha512 text not null, destroyed_at text,
		destroyed_by text, primary key (order_id, file)) without rowid`,
];

/** Orders to purge content, what they removed, and the entries that never come back. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
