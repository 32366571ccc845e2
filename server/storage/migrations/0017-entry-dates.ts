import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
	...['entry', 'shown_entry'].flatMap((table) => [
		`alter table ${table} add column date_earliest integer`,
		`alter table ${table} add column date_latest integer`,
		// Empty once every row has its days; until then it finds the next ones at once.
		`create index ${table}_undated on ${table} (row_id) where date_earliest is null`,
	]),
];

/** First and last day of an entry, to sort and filter by; filled in the background for rows that are there already. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
