import {
	DialectAdapterBase,
	SqliteIntrospector,
	SqliteQueryCompiler,
	type CompiledQuery,
	type DatabaseConnection,
	type DatabaseIntrospector,
	type Dialect,
	type Driver,
	type Kysely,
	type QueryResult,
} from 'kysely';
import { assert } from '#domain/base/assert.ts';
import type { Bound, QueryAnswer } from './messages.ts';
import type { WorkerConnection } from './worker-connection.ts';
import type { WriterQueue } from './writer-queue.ts';

/** The connections a dialect works with. */
export interface Connections {
	readonly writer: WorkerConnection;
	readonly readers: readonly WorkerConnection[];
	readonly queue: WriterQueue;
	/** A transaction that asks nothing for so long is rolled back: see {@link SqliteWorkerDialect}. */
	readonly transactionIdleMs: number;
}

/**
 * Kysely over SQLite connections that live in worker threads. Reads outside a transaction go to the reader with the
 * least to do, all else to the writer. A transaction holds the writer, and with it everybody's acknowledgements: one
 * that waits for such an acknowledgement itself would stop the archive for good, so an idle one is rolled back.
 */
export class SqliteWorkerDialect implements Dialect {
	#connections: Connections;

	constructor(connections: Connections) {
		this.#connections = connections;
	}

	createAdapter(): DialectAdapterBase {
		return new WorkerAdapter();
	}

	createDriver(): Driver {
		return new WorkerDriver(this.#connections);
	}

	createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
		return new SqliteIntrospector(db);
	}

	createQueryCompiler(): SqliteQueryCompiler {
		return new SqliteQueryCompiler();
	}
}

class WorkerAdapter extends DialectAdapterBase {
	// Kysely's own adapter says false, and then every query waits for the one before, readers or not.
	override get supportsMultipleConnections(): boolean {
		return true;
	}

	// A migration that is killed half-way must leave nothing behind.
	override get supportsTransactionalDdl(): boolean {
		return true;
	}

	override get supportsReturning(): boolean {
		return true;
	}

	async acquireMigrationLock(): Promise<void> {
		// One process per data directory, and it migrates before it does anything else.
	}

	async releaseMigrationLock(): Promise<void> {
		// Nothing was taken.
	}
}

class WorkerDriver implements Driver {
	#connections: Connections;

	constructor(connections: Connections) {
		this.#connections = connections;
	}

	async init(): Promise<void> {
		// The connections are open already.
	}

	async acquireConnection(): Promise<SharedConnection> {
		return new SharedConnection(this.#connections);
	}

	async beginTransaction(connection: SharedConnection): Promise<void> {
		await connection.begin();
	}

	async commitTransaction(connection: SharedConnection): Promise<void> {
		await connection.end('commit');
	}

	async rollbackTransaction(connection: SharedConnection): Promise<void> {
		await connection.end('rollback');
	}

	async releaseConnection(connection: SharedConnection): Promise<void> {
		connection.release();
	}

	async destroy(): Promise<void> {
		// The storage closes the connections.
	}
}

class SharedConnection implements DatabaseConnection {
	#connections: Connections;
	#giveBack: (() => void) | undefined;
	#idle: NodeJS.Timeout | undefined;
	#lapsed: Error | undefined;

	constructor(connections: Connections) {
		this.#connections = connections;
	}

	async begin(): Promise<void> {
		this.#giveBack = await this.#connections.queue.acquire();
		await this.#askWriter('begin immediate', []);
	}

	async end(how: 'commit' | 'rollback'): Promise<void> {
		if (this.#lapsed && how === 'commit') throw this.#lapsed;
		// Kysely rolls back after a failed commit; by then the writer may be somebody else's.
		if (!this.#giveBack) return;
		clearTimeout(this.#idle);
		try {
			await this.#connections.writer.ask({ kind: 'end', how });
		} finally {
			this.release();
		}
	}

	release(): void {
		clearTimeout(this.#idle);
		this.#giveBack?.();
		this.#giveBack = undefined;
	}

	async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
		if (this.#lapsed) throw this.#lapsed;
		const { sql } = query;
		const params = query.parameters.map(boundOf);
		if (this.#giveBack) return resultOf(await this.#askWriter(sql, params));
		assert(
			!/^\s*(begin|commit|end|rollback|savepoint|release)\b/i.test(sql),
			'transactions begin with db.transaction()',
		);
		if (isRead(query)) {
			const { readers } = this.#connections;
			const reader = readers.reduce((least, each) => (each.pending < least.pending ? each : least));
			return resultOf(await reader.ask<QueryAnswer>({ kind: 'query', bind: { sql, params } }));
		}
		const giveBack = await this.#connections.queue.acquire();
		try {
			return resultOf(
				await this.#connections.writer.ask<QueryAnswer>({ kind: 'query', bind: { sql, params } }),
			);
		} finally {
			giveBack();
		}
	}

	// eslint-disable-next-line require-yield -- pages of rows are read by keys, not by cursors
	async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
		throw new Error('streaming is not supported: read by pages');
	}

	async #askWriter(sql: string, params: readonly Bound[]): Promise<QueryAnswer> {
		clearTimeout(this.#idle);
		try {
			return await this.#connections.writer.ask<QueryAnswer>({ kind: 'query', bind: { sql, params } });
		} finally {
			this.#idle = setTimeout(() => this.#lapse(), this.#connections.transactionIdleMs);
			this.#idle.unref();
		}
	}

	#lapse(): void {
		const ms = this.#connections.transactionIdleMs;
		this.#lapsed = new Error(`Bug: a transaction asked nothing for ${ms} ms and was rolled back`);
		this.#connections.writer.ask({ kind: 'end', how: 'rollback' }).then(
			() => this.release(),
			// The worker is gone: everybody who waits learns it from the worker itself.
			() => this.release(),
		);
	}
}

function resultOf<R>(answer: QueryAnswer): QueryResult<R> {
	return {
		rows: answer.rows as R[],
		numAffectedRows: BigInt(answer.changes),
		insertId: BigInt(answer.lastInsertRowid),
	};
}

/** A parameter as SQLite takes it: booleans are 0 and 1, instants ISO strings. */
export function boundOf(value: unknown): Bound {
	if (value === undefined || value === null) return null;
	if (typeof value === 'boolean') return value ? 1 : 0;
	if (value instanceof Date) return value.toISOString();
	if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value;
	// Sending a view to a worker sends all of the buffer behind it, often a whole network frame.
	if (value instanceof Uint8Array)
		return value.byteLength === value.buffer.byteLength ? value : new Uint8Array(value);
	throw new Error(`Bug: a ${typeof value} is no value of a database`);
}

function isRead({ query, sql }: CompiledQuery): boolean {
	if (query.kind === 'SelectQueryNode') return true;
	if (query.kind !== 'RawNode') return false;
	if (/^\s*(select|values)\b/i.test(sql)) return true;
	// The writer can read as well, so a doubtful statement goes there.
	return /^\s*with\b/i.test(sql) && !/\b(insert|update|delete|replace)\b/i.test(sql);
}
