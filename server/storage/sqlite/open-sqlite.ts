import { mkdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely, type Compilable, type CompiledQuery } from 'kysely';
import { Refusal } from '#domain/base/refusal.ts';
import { beginLineage, readLineage } from '../lineage.ts';
import { LogCopy } from '../log-copy/log-copy.ts';
import { lockDirectory, type DirectoryLock } from '../lock.ts';
import { migrate } from '../migrations/migrate.ts';
import type { Schema } from '../schema.ts';
import type { Statement, Storage } from '../storage.ts';
import { checkBeforeOpening, checkOpened, refusalOf } from './check-file.ts';
import type { Ask, Bind } from './messages.ts';
import { boundOf, SqliteWorkerDialect } from './sqlite-dialect.ts';
import { createSqliteFullText } from './sqlite-full-text.ts';
import { MAX_GROUP_BYTES, SqliteLog } from './sqlite-log.ts';
import { WorkerConnection } from './worker-connection.ts';
import { WriterQueue } from './writer-queue.ts';

const READERS = 2;
/** Setting of this database: where the second place of its log was begun. */
const LOG_COPY = 'log.copy';

/** How to open a data directory. */
export interface OpenOptions {
	readonly dataDir: string;
	/** What the lock says of this process: `server`, or the verb of the command line. */
	readonly what?: string;
	/** A folder, on another disk, in which the log is too. */
	readonly logCopy?: { readonly folder: string; readonly isStrict: boolean };
	/** For tests that show what FULL is needed for. */
	readonly synchronous?: 'full' | 'normal' | 'off';
	/** How long a transaction may ask nothing before it is rolled back. */
	readonly transactionIdleMs?: number;
	/** Told once when a worker died by itself: nothing can be read or written any more, so end the process. */
	readonly onFailed?: (error: Error) => void;
}

/** Storage over SQLite. */
export interface SqliteStorage extends Storage {
	/** Ends the workers at once, as a crash would, and frees the data directory. For tests. */
	abandon(): Promise<void>;
}

/**
 * Opens the archive's database `lantai.sqlite` in a data directory, taking the directory for this process and bringing
 * the tables up to date.
 * @throws {Refusal} 'storage.locked' | 'storage.unwritable' | 'storage.corrupt' | 'storage.full' | 'storage.newer'
 */
export async function openStorage(options: OpenOptions): Promise<SqliteStorage> {
	const { dataDir } = options;
	const file = join(dataDir, 'lantai.sqlite');
	const lock = takeDirectory(dataDir, options.what);
	const connections: WorkerConnection[] = [];
	const queue = new WriterQueue();
	let isFailed = false;
	let isOpen = false;
	const connect = (isWriter: boolean): WorkerConnection => {
		const connection = new WorkerConnection(
			{ file, isWriter, synchronous: options.synchronous ?? 'full' },
			(error) => {
				// While opening, the caller is told by the rejection.
				if (isOpen && !isFailed) options.onFailed?.(error);
				isFailed = true;
			},
		);
		connections.unshift(connection);
		return connection;
	};
	try {
		const wasOpen = checkBeforeOpening(file);
		const writer = connect(true);
		await checkOpened(writer, file, wasOpen);
		const readers = Array.from({ length: READERS }, () => connect(false));
		const db = new Kysely<Schema>({
			dialect: new SqliteWorkerDialect({
				writer,
				readers,
				queue,
				transactionIdleMs: options.transactionIdleMs ?? 10_000,
			}),
		});
		await migrate(db);
		await beginLineage(db);
		const copy = options.logCopy && (await openLogCopy(db, file, options.logCopy));
		const log = new SqliteLog({ db, writer, queue, copy });
		let closing: Promise<void> | undefined;
		isOpen = true;
		return {
			db,
			log,
			...(copy ? { logCopy: copy } : {}),
			fullText: createSqliteFullText(db),
			async batch(statements) {
				const ask = batchOf(statements);
				await queue.hold(() => writer.ask(ask));
			},
			async bulk(inserts) {
				const bound = inserts.map(({ sql, rows }) => ({ sql, rows: rows.map((row) => row.map(boundOf)) }));
				await queue.hold(() => writer.ask({ kind: 'bulk', inserts: bound }));
			},
			async tryWriting() {
				const path = join(dataDir, 'lantai.probe');
				try {
					await writeFile(path, Buffer.alloc(MAX_GROUP_BYTES), { flush: true });
				} finally {
					await rm(path, { force: true });
				}
				// Changes nothing, but has to be written all the same.
				const statement = db.updateTable('setting').set((each) => ({ value: each.ref('value') }));
				await queue.hold(() => writer.ask(batchOf([statement])));
				await copy?.tryWriting();
			},
			async scrub() {
				await queue.hold(() => writer.ask({ kind: 'scrub' }));
			},
			close() {
				return (closing ??= (async () => {
					// What was asked for in this turn takes a few steps to reach the queue.
					await new Promise((resolve) => setImmediate(resolve));
					await log.settled();
					await copy?.close();
					await queue.hold(() => closeAll(connections));
				})().finally(() => lock.release()));
			},
			async abandon() {
				await copy?.close();
				await Promise.all(connections.map((connection) => connection.kill()));
				lock.release();
			},
		};
	} catch (error) {
		await Promise.all(connections.map((connection) => connection.kill()));
		lock.release();
		throw refusalOf(error, file);
	}
}

async function openLogCopy(
	db: Kysely<Schema>,
	file: string,
	{ folder, isStrict }: { readonly folder: string; readonly isStrict: boolean },
): Promise<LogCopy> {
	const known = await db.selectFrom('setting').select('value').where('key', '=', LOG_COPY).executeTakeFirst();
	const value = JSON.stringify(folder);
	const { lineage } = await readLineage({ db });
	return new LogCopy(
		{ file, folder, lineage },
		{
			isStrict,
			wasBegun: known?.value === value,
			onBegun: () =>
				db
					.insertInto('setting')
					.values({ key: LOG_COPY, value })
					.onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
					.execute(),
		},
	);
}

/** One after the other, the writer last: it folds the write-ahead log in when nobody reads any more. */
async function closeAll(connections: readonly WorkerConnection[]): Promise<void> {
	const failures: unknown[] = [];
	for (const connection of connections)
		await connection.close().catch((error: unknown) => void failures.push(error));
	if (failures.length > 0) throw failures[0];
}

function takeDirectory(dataDir: string, what: string | undefined): DirectoryLock {
	try {
		mkdirSync(dataDir, { recursive: true });
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		if (code === 'ENOSPC') throw new Refusal('storage.full', { path: dataDir }, 507);
		throw new Refusal('storage.unwritable', { path: dataDir, reason: message });
	}
	return lockDirectory(dataDir, what);
}

function batchOf(statements: readonly Statement[]): Extract<Ask, { kind: 'batch' }> {
	const binds = statements.map(bindOf);
	const places = new Map<string, number>();
	const order = binds.map(({ sql }) => {
		const place = places.get(sql) ?? places.size;
		places.set(sql, place);
		return place;
	});
	return { kind: 'batch', sqls: [...places.keys()], order, params: binds.map(({ params }) => params) };
}

function bindOf(statement: Statement): Bind {
	const { sql, parameters } =
		'sql' in statement ? (statement as CompiledQuery) : (statement as Compilable).compile();
	return { sql, params: parameters.map(boundOf) };
}
