import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
	`alter table review_step_entry add column position integer not null default 0`,
	// Of steps taken before there was a position only the last is known for certain; the others stay ordered by time.
	`update review_step_entry set position = 1
		where exists (select 1 from entry where entry.id = entry_id and entry.last_step = step_id)`,
	// Of steps over entries without an object of their own only the last went into the store after a stop: they wait again.
	`update entry set deposited_step = null
		where deposited_seq is null and projected_seq = 0 and last_step is not null and id in (
			select taken.entry_id from review_step_entry as taken join review_step as step on step.id = taken.step_id
			where step.deposited_version is null)`,
];

/** In which order steps were taken with an entry, whatever the clock said. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
