import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
	`create table proposal (
		id text primary key, entry_id text not null, actor_id text not null, actor_name text not null,
		received_at text not null, why text not null, content text not null, state text not null, decided_by text,
		decided_at text, decided_why text, changed text not null) without rowid`,
	`create index proposal_entry on proposal (entry_id)`,
	`create index proposal_state on proposal (state, received_at)`,
	`alter table entry add column open_proposals integer not null default 0`,
];

/** What is proposed for entries, and what became of it. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
