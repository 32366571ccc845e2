import type { Compilable, CompiledQuery, Kysely } from 'kysely';
import type { FullText } from './full-text.ts';
import type { LogCopyStatus } from './log-copy/log-copy.ts';
import type { Schema } from './schema.ts';
import type { UpdateLog } from './update-log.ts';

/** A statement for {@link Storage.batch}: a Kysely query, compiled or not. */
export type Statement = CompiledQuery | Compilable;

/** One prepared statement run for many rows of parameters. */
export interface BulkInsert {
	readonly sql: string;
	readonly rows: readonly (readonly unknown[])[];
}

/** The database of one archive: one writer, readers beside it, and the durable log. */
export interface Storage {
	/**
	 * Queries outside a transaction read from a reader and write through the writer, in order; a transaction holds the
	 * writer. Keep long writes in chunks of at most 1,000 rows, so that a person's edit never waits behind them.
	 */
	readonly db: Kysely<Schema>;
	readonly log: UpdateLog;
	/** The second place of the log, where there is one. */
	readonly logCopy?: {
		status(): LogCopyStatus;
		/** Takes all updates of documents out of it; rejects when it is away. */
		purge(docs: readonly string[]): Promise<void>;
	};
	readonly fullText: FullText;
	/** Runs the statements in one transaction with one trip to the writer: all or nothing, durable when it resolves. */
	batch(statements: readonly Statement[]): Promise<void>;
	/** Like {@link batch}, for loads of at most 1,000 rows: far cheaper for each row. */
	bulk(inserts: readonly BulkInsert[]): Promise<void>;
	/** Resolves when there is room for as much as one commit of the log may take, and a commit succeeds. */
	tryWriting(): Promise<void>;
	/**
	 * Removes what deleted rows left behind: old words of the full-text index, free space of pages, the write-ahead log.
	 * Afterwards no file of the database holds anything but what its rows say. Writes the whole database anew: everybody's
	 * writes wait meanwhile.
	 */
	scrub(): Promise<void>;
	/** Finishes what was begun, folds the write-ahead log into the file, frees the data directory. */
	close(): Promise<void>;
}
