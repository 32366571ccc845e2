import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
	`create table conflict (
		entry_id text not null, field text not null, since text not null, cause text not null, group_key text not null,
		values_json text not null, dispute text, primary key (entry_id, field)) without rowid`,
	`create index conflict_since on conflict (since)`,
	`create index conflict_group on conflict (group_key, since)`,
	`create table conflict_person (
		entry_id text not null, field text not null, person_id text not null,
		primary key (entry_id, field, person_id)) without rowid`,
	`create index conflict_person_person on conflict_person (person_id)`,
	`create table decision (
		id text primary key, kind text not null, detail text not null, why text not null, actor_id text not null,
		actor_name text not null, at text not null, items integer not null, undone_at text, undone_by text)`,
	`create index decision_at on decision (at)`,
	`create table decision_item (
		decision_id text not null references decision (id), entry_id text not null, field text not null,
		element_id text not null, before text not null,
		primary key (decision_id, entry_id, field)) without rowid`,
	`alter table entry drop column conflicts`,
	// Their conflicts are written when the row is brought up to the log again, which the next start does.
	`update entry set projected_seq = projected_seq - 1 where conflict_count > 0`,
];

/** Conflicts as a queue, and decisions over many of them. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
