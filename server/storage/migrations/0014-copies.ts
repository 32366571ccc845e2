import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
	`create table store_copy_place (
		path text primary key not null,
		copy_id text not null,
		seen_at text not null
	)`,
	`create table store_copy (
		copy_id text not null,
		object_id text not null,
		head integer,
		inventory_digest text,
		replicated_at text,
		checked_at text not null,
		outcome text not null,
		reason text,
		primary key (copy_id, object_id)
	)`,
	`create table store_copy_removal (
		copy_id text not null,
		object_id text not null,
		asked_at text not null,
		primary key (copy_id, object_id)
	)`,
	`create index store_copy_failed on store_copy (copy_id) where outcome = 'fail'`,
	// What was written first is brought to a copy first.
	`create index store_object_last on store_object (last_at, object_id)`,
];

/** Copies of the archival store, and what lies in each. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
