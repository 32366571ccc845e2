import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
	`create table visit (
		person_id text not null, entry_id text not null, seq integer not null, at text not null,
		primary key (person_id, entry_id)) without rowid`,
	// Which entries somebody has worked on.
	`create index entry_change_actor on entry_change (actor_id, doc)`,
];

/** What each person has seen of each entry. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
