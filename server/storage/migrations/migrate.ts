import { sql, type Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { Refusal } from '#domain/base/refusal.ts';
import type { Schema } from '../schema.ts';
import { MIGRATIONS } from './migrations.ts';

const TABLE = 'migration';

/**
 * Brings the tables up to date, each migration whole or not at all.
 * @throws {Refusal} 'storage.newer' with `found` and `known`, when a newer Lantai has written here
 */
export async function migrate(db: Kysely<Schema>): Promise<void> {
	await refuseNewer(db);
	const migrator = new Migrator({
		db,
		provider: { getMigrations: async () => ({ ...MIGRATIONS }) },
		migrationTableName: TABLE,
		migrationLockTableName: 'migration_lock',
	});
	const { error } = await migrator.migrateToLatest();
	if (error) throw error;
}

async function refuseNewer(db: Kysely<Schema>): Promise<void> {
	const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
	if (!tables.some(({ name }) => name === TABLE)) return;
	const { rows } = await sql<{ name: string }>`select name from ${sql.table(TABLE)} order by name`.execute(
		db,
	);
	const unknown = rows.find(({ name }) => !Object.hasOwn(MIGRATIONS, name));
	if (!unknown) return;
	const known = Object.keys(MIGRATIONS).toSorted().at(-1) ?? '';
	throw new Refusal('storage.newer', { found: rows.at(-1)?.name ?? unknown.name, known });
}
