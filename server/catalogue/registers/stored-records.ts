import type { DatabaseSync } from 'node:sqlite';
import type { RegisterRecord } from '#domain/catalogue/registers/register.ts';

/** The records of a register as they stand, for threads with a connection of their own. */
export function storedRecords<C>(database: DatabaseSync, register: string): RegisterRecord<C>[] {
	return database
		.prepare(
			`select record_id, version, content, withdrawn, actor_name, at from register_version
			where id in (select max(id) from register_version where register = ? group by record_id)`,
		)
		.all(register)
		.map((row) => ({
			id: String(row['record_id']),
			version: Number(row['version']),
			content: JSON.parse(String(row['content'])) as C,
			isWithdrawn: row['withdrawn'] === 1,
			actorName: String(row['actor_name']),
			at: String(row['at']),
		}));
}
