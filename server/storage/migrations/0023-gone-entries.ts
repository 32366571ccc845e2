import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
	// Deleted, or below what is: few among very many, and left out wherever findings are counted.
	`create index entry_gone on entry (id) where status <> 'active' or hidden <> 0`,
	// Codes without a number of a fonds count for the fonds they lie in.
	`insert into entry_count_stale (fonds_id, marks) select distinct fonds_id, 1 from entry where true
		on conflict (fonds_id) do update set marks = marks + 1`,
];

/** Which entries are gone, and counts by codes that are read otherwise now. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
