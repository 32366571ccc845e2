import type { Clock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { InventoryVersion } from '#server/preservation/ocfl-inventory.ts';
import type { WorkerClient } from '#server/preservation/worker-client.ts';
import type { Schema } from '#server/storage/schema.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { Damage } from './damage.ts';
import type { RebuildAsks, RecordFile, Scan } from './rebuild-worker.ts';

/** How many of what came back. */
export interface RebuildCounts {
	/** All of the catalogue. */
	entries: number;
	/** With a live document. */
	edited: number;
	imports: number;
	/** Of imports. */
	imported: number;
	comments: number;
	proposals: number;
	steps: number;
	orders: number;
	decisions: number;
	campaigns: number;
	people: number;
	registerVersions: number;
	codeEvents: number;
	versions: number;
}

/** How far it is. */
export interface RebuildProgress {
	readonly rebuilt: 'imports' | 'entries' | 'files';
	readonly done: number;
	/** 0 while it is not known. */
	readonly total: number;
}

/** What the parts of a rebuild share. */
export interface Rebuilding {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly reader: WorkerClient<RebuildAsks>;
	readonly scan: Scan;
	readonly counts: RebuildCounts;
	readonly damage: Damage[];
	/** Entries from which on it has to be written anew what those below inherit. */
	readonly touched: Set<EntryId>;
	readonly signal: AbortSignal;
	readonly progress: (progress: RebuildProgress) => void;
}

/** @throws {Refusal} 'cli.cancelled' when it was given up */
export function goOn({ signal }: Pick<Rebuilding, 'signal'>): void {
	if (signal.aborted) throw new Refusal('cli.cancelled');
}

/**
 * Reads the record of an object, of the newest version that is whole with the files of lines that belong to it; what is
 * damaged is noted. Undefined where no version has it.
 */
export async function recordOf(
	rebuilding: Rebuilding,
	folder: string,
	name: string,
	lines: readonly string[] = [],
): Promise<RecordFile | undefined> {
	goOn(rebuilding);
	const { found, damage } = await rebuilding.reader.ask('record', { folder, name, lines });
	rebuilding.damage.push(...damage);
	return found;
}

/** The files of something that only grows, by their names: what lists them may be damaged, which is noted. */
export async function segmentsOf(
	rebuilding: Rebuilding,
	folder: string,
	list: string,
): Promise<{ readonly objectId: string; readonly files: readonly string[] }> {
	await recordOf(rebuilding, folder, list);
	const { objectId, names } = await rebuilding.reader.ask('names', { folder });
	return { objectId, files: names.filter((name) => name.endsWith('.jsonl')).toSorted() };
}

/** Who made a version, as its inventory names them. */
export function actorOf(user: InventoryVersion['user']): {
	readonly actor_id: string;
	readonly actor_name: string;
} {
	const { name = '', address = '' } = user ?? {};
	return {
		actor_id: decodeURIComponent(address.replace(/^urn:(uuid|lantai:actor):/, '')),
		actor_name: name,
	};
}

/** What a record was when it was deposited; null where that is not known, so that it is deposited again. */
export function standingIn({ record }: RecordFile): string | null {
	const { standing } = record;
	return typeof standing === 'string' ? standing : null;
}

/** Something that is read while another is written: where that fails, nobody waits for it any more. */
export function ahead<T>(asked: Promise<T>): Promise<T> {
	asked.catch(() => undefined);
	return asked;
}

/** Reads the lines of a record, chunk by chunk, the next one while one is written. */
export async function eachLines<T>(
	rebuilding: Rebuilding,
	folder: string,
	name: string,
	write: (rows: readonly T[]) => Promise<void>,
	/** Of which version (see {@link RecordFile.part}); else of the newest in which they are whole. */
	version?: string,
): Promise<void> {
	const { reader, damage } = rebuilding;
	const opened = await reader.ask('openLines', { folder, name, version });
	damage.push(...opened.damage);
	if (!opened.isOpen) return;
	for (let next = ahead(reader.ask('lines', undefined)); ;) {
		const rows = await next;
		if (!rows) return;
		goOn(rebuilding);
		next = ahead(reader.ask('lines', undefined));
		await write(rows as readonly T[]);
	}
}

/** A table that is filled by bulk loads: always these columns, in this order. */
export interface Filling<Row> {
	readonly sql: string;
	of(rows: readonly Row[]): { readonly sql: string; readonly rows: readonly (readonly unknown[])[] };
}

/** Prepares the filling of a table; rows that are there already stay. */
export function filling<Row extends object>(
	{ db }: Pick<Storage, 'db'>,
	table: keyof Schema,
	columns: readonly (keyof Row & string)[],
): Filling<Row> {
	const blank = Object.fromEntries(columns.map((column) => [column, '']));
	const { sql } = db
		.insertInto(table)
		.values(blank as never)
		.onConflict((conflict) => conflict.doNothing())
		.compile();
	return { sql, of: (rows) => ({ sql, rows: rows.map((row) => columns.map((column) => row[column])) }) };
}
