import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
	`create table log_cold (
		id integer primary key, seq integer not null, doc text not null, kind text not null, payload blob, actor_id text not null,
		actor_name text not null, via text, received_at text not null, taken_at text not null)`,
	`create unique index log_cold_doc on log_cold (doc, seq, kind)`,
	`create index log_cold_taken on log_cold (taken_at) where payload is not null`,
	`create table log_kept (doc text primary key, kept text not null)`,
	`create view log_line as
		select seq, doc, actor_id, actor_name, via, received_at from log_cold where kind = 'update'
		union all
		select seq, doc, actor_id, actor_name, via, received_at from log_update where kind = 'update'`,
];

/** Where rows of the log go when a snapshot stands for them. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
