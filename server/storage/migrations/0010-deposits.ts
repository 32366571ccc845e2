import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
	`alter table entry add column last_step text`,
	`alter table entry add column deposited_step text`,
	`alter table review add column deposited_seq integer not null default 0`,
	`alter table review_step add column deposited_version text`,
	`alter table correction_order add column deposited_version text`,
	`alter table correction_order add column deposited_as text`,
	`update entry set last_step = (
		select step.id from review_step_entry as taken join review_step as step on step.id = taken.step_id
		where taken.entry_id = entry.id order by step.at desc, step.id desc limit 1)
		where id in (select entry_id from review_step_entry)`,
	`create index entry_step_waiting on entry (last_step) where last_step is distinct from deposited_step`,
];

/** What of reviews, steps and orders the archival store holds. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
