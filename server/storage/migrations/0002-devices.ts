import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
	`create table push_batch (
		person_id text not null, device text not null, batch_id text not null, digest text not null, results text not null,
		at text not null, primary key (person_id, device, batch_id)) without rowid`,
	`create index push_batch_at on push_batch (at)`,
	`create table device_key (
		device_id text not null, person_id text not null references user (id) on delete cascade, key text not null,
		user_agent text not null, created_at text not null, last_used_at text not null, revoked_at text,
		primary key (device_id, person_id)) without rowid`,
	`create index device_key_person on device_key (person_id)`,
];

/** What devices that keep documents of their own need of the server. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
