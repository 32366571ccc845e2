import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
	`alter table review_step_entry add column position integer not null default 0`,
	// Of steps taken before there was a position only the last is known for certain; the others stay ordered by time.
	`update review_step_entry set position = 1
		where exists (select 1 from entry where entry.id = entry_id and entry.last_step = step_id)`,
];

/** In which order steps were taken with an entry, whatever the clock said. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
