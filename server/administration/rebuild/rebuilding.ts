import type { Clock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
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

/** Reads the record of an object; undefined, and noted, when it is damaged. */
export async function recordOf(
	rebuilding: Rebuilding,
	folder: string,
	name: string,
): Promise<RecordFile | undefined> {
	goOn(rebuilding);
	const answer = await rebuilding.reader.ask('record', { folder, name });
	if (!('damage' in answer)) return answer;
	rebuilding.damage.push(answer.damage);
	return undefined;
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
): Promise<void> {
	const { reader, damage } = rebuilding;
	const found = await reader.ask('openLines', { folder, name });
	if (found) return void damage.push(found);
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
