import type { Insertable } from 'kysely';
import { createId } from '#domain/base/ids.ts';
import type { Schema } from '#server/storage/schema.ts';

/** A line of the catalogue as an import writes it, with its own values where given. */
export function anEntryRow(own: Partial<Insertable<Schema['entry']>> = {}): Insertable<Schema['entry']> {
	const id = own.id ?? createId();
	return {
		id,
		parent_id: null,
		order_key: 'a0',
		level: 'file',
		profile: 'dat18',
		status: 'active',
		title: '关于合成年度工作计划的通知',
		reference_code: '0001-WS·1987-永久-0001',
		date_text: '1987-05-12',
		creators_text: '合成区档案局',
		fields: '{"title":"关于合成年度工作计划的通知","retentionPeriod":"永久"}',
		bodies: '{}',
		conflict_count: 0,
		fonds_id: id,
		own_access: null,
		access_status: 'notReviewed',
		hidden: 0,
		import_row: 0,
		synthetic: 1,
		problems: null,
		projected_seq: 0,
		deposited_seq: null,
		created_at: '2026-01-01T00:00:00.000Z',
		updated_at: '2026-01-01T00:00:00.000Z',
		...own,
	};
}

/** The same rows as one statement with its parameters, for `Storage.bulk`. */
export function bulkOf(rows: readonly Insertable<Schema['entry']>[]): {
	readonly sql: string;
	readonly rows: readonly (readonly unknown[])[];
} {
	const columns = Object.keys(rows[0] ?? anEntryRow()) as (keyof Insertable<Schema['entry']>)[];
	return {
		sql: `insert into entry (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
		rows: rows.map((row) => columns.map((column) => row[column])),
	};
}
