import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
	`create table correction_order (
		id text primary key, year integer not null, serial integer not null, rule text not null, why text not null,
		state text not null, proposer_id text not null, proposer_name text not null, created_at text not null,
		submitted_at text, decision text, decided_at text, finished_at text, undo text, undone_at text,
		row_count integer not null) without rowid`,
	`create unique index correction_order_serial on correction_order (year, serial)`,
	`create index correction_order_state on correction_order (state, created_at)`,
	`create index correction_order_proposer on correction_order (proposer_id, created_at)`,
	`create table correction_order_row (
		order_id text not null, position integer not null, group_no integer not null, entry_id text not null,
		field text not null, old_value text not null, new_value text not null, element_id text not null,
		undo_element_id text not null, state text not null, why text not null, judged_by text,
		primary key (order_id, position)) without rowid`,
	`create index correction_order_row_group on correction_order_row (order_id, group_no, state)`,
	`create index correction_order_row_entry on correction_order_row (entry_id, order_id)`,
	`create table correction_order_sample (
		id text primary key, order_id text not null references correction_order (id), actor_id text not null,
		actor_name text not null, at text not null, positions text not null) without rowid`,
	`create index correction_order_sample_order on correction_order_sample (order_id)`,
];

/** Correction orders: many new values with one reason, proposed by one person and checked by another. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
