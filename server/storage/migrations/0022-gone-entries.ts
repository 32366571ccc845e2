import { sql, type Kysely } from 'kysely';

/** Entries that are deleted, or below a deleted one: few among very many, and left out wherever findings are counted. */
export async function up(db: Kysely<unknown>): Promise<void> {
	await sql.raw(`create index entry_gone on entry (id) where status <> 'active' or hidden <> 0`).execute(db);
}
