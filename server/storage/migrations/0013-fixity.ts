import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
	`create table fixity_run (
		id text primary key not null,
		trigger text not null,
		scope text not null,
		agent text not null,
		agent_name text not null,
		started_at text not null,
		ended_at text,
		outcome text not null,
		objects integer not null,
		files integer not null,
		bytes integer not null,
		failures integer not null,
		added integer not null
	)`,
	`create index fixity_run_started on fixity_run (started_at)`,
	// The empty id stands for the root itself.
	`create table store_failure (
		object_id text primary key not null,
		event_id text not null,
		at text not null
	)`,
	`create table store_root_file (
		path text primary key not null,
		sha512 text not null,
		noted_at text not null
	)`,
];

/** Checks of the archival store, and what of their findings is still open. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
