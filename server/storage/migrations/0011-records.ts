import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
	`alter table decision add column deposited_as text`,
	`alter table import add column deposited_event integer not null default 0`,
];

/** What of decisions and undone imports the archival store holds. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
