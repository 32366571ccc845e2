import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
	`create table register_version (
		id integer primary key autoincrement,
		register text not null,
		record_id text not null,
		version integer not null,
		entry_id text,
		content text not null,
		withdrawn integer not null default 0,
		why text not null,
		actor_id text not null,
		actor_name text not null,
		via text,
		at text not null
	)`,
	`create unique index register_version_record on register_version (register, record_id, version)`,
	`create index register_version_entry on register_version (entry_id) where entry_id is not null`,
	`create table register_deposit (
		register text primary key,
		version_id integer not null
	)`,
];

/** Registers of what the catalogue is described with, every version of each record. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
