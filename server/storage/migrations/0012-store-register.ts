import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
	`create table store_object (
		object_id text primary key not null,
		kind text not null,
		head integer not null,
		inventory_digest text not null,
		files integer not null,
		bytes integer not null,
		first_at text not null,
		last_at text not null,
		checked_at text,
		check_outcome text
	)`,
	// What was never checked comes first.
	`create index store_object_checked on store_object (checked_at, object_id)`,
	`create table store_day (
		day text primary key not null,
		versions integer not null,
		files integer not null,
		bytes integer not null
	)`,
	`create table store_event (
		id text primary key not null,
		object_id text,
		version integer,
		type text not null,
		outcome text not null,
		detail text not null,
		run_id text,
		agent text not null,
		at text not null
	)`,
	`create index store_event_object on store_event (object_id, at)`,
	`create index store_event_at on store_event (at)`,
];

/** What lies in the archival store, and what happened to it there. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
