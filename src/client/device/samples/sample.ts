import Dexie from 'dexie';
import { fromBase64, toBase64 } from 'lib0/buffer';
import type { EntryDetail } from '#domain/catalogue/rows.ts';
import type { KeptWork } from '../device-store.ts';

/** What a person kept on a device by some version of the product: synthetic, sealed with {@link SAMPLE_KEY}. */
export interface Sample {
	readonly version: number;
	/** The stores of that version, as Dexie was told them. */
	readonly stores: Readonly<Record<string, string>>;
	/** Rows by store; bytes as `{ "$bytes": base64 }`. */
	readonly rows: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
	/** What was put in, in clear. */
	readonly holds: {
		readonly doc: string;
		readonly seq: number;
		readonly lineage: string;
		/** Of the document the state and all updates make. */
		readonly titles: readonly string[];
		readonly waiting: readonly number[];
		readonly sent: readonly number[];
		readonly kept: KeptWork;
		readonly card: EntryDetail;
		readonly fact: unknown;
	};
}

/** For samples only: no device was ever sealed with it. */
export const SAMPLE_KEY = Uint8Array.from({ length: 32 }, (_, index) => index);

/** Lays a sample into a database as the version that wrote it left it. */
export async function layDown(sample: Sample, name: string): Promise<void> {
	const db = new Dexie(name);
	db.version(sample.version).stores({ ...sample.stores });
	await db.open();
	for (const [store, rows] of Object.entries(sample.rows)) await db.table(store).bulkAdd(rows.map(withBytes));
	db.close();
}

/** All rows of a database, as a sample holds them. */
export async function rowsOf(name: string): Promise<Sample['rows']> {
	const db = await new Dexie(name).open();
	const rows: Record<string, Record<string, unknown>[]> = {};
	for (const table of db.tables)
		rows[table.name] = ((await table.toArray()) as Record<string, unknown>[]).map(withoutBytes);
	db.close();
	return rows;
}

function withBytes(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
	return mapped(row, (value) => {
		const { $bytes } = (value ?? {}) as { $bytes?: string };
		return $bytes === undefined ? value : fromBase64($bytes);
	});
}

function withoutBytes(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
	return mapped(row, (value) => (value instanceof Uint8Array ? { $bytes: toBase64(value) } : value));
}

function mapped(
	row: Readonly<Record<string, unknown>>,
	change: (value: unknown) => unknown,
): Record<string, unknown> {
	return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, change(value)]));
}
