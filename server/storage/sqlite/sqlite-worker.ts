import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '#domain/base/assert.ts';
import type {
	AppendAnswer,
	AppendMessage,
	Ask,
	Bind,
	ErrorAnswer,
	QueryAnswer,
	WorkerSettings,
} from './messages.ts';

/** Runs one connection to the database, so that no disk is ever waited for on the event loop. */
const { file, isWriter, synchronous } = workerData as WorkerSettings;
const port = must(parentPort, 'this file runs as a worker');
const database = new DatabaseSync(file, { readOnly: !isWriter, timeout: 10_000 });
if (isWriter) {
	const mode = Object.values(database.prepare('pragma journal_mode = wal').get() ?? {})[0];
	// A file system without shared memory keeps the old mode, in which readers and the writer block each other.
	if (mode !== 'wal') throw new Error(`unable to open in WAL mode, only in ${String(mode)}`);
	// FULL: the write-ahead log is synchronised at every commit; acknowledged means on the disk.
	database.exec(`pragma synchronous = ${synchronous}`);
	database.exec('pragma foreign_keys = on');
	// A checkpoint of this many pages stays well under a keystroke's budget.
	database.exec('pragma wal_autocheckpoint = 2000');
	// After a long read kept it growing, the write-ahead log shrinks again.
	database.exec('pragma journal_size_limit = 67108864');
}
database.exec('pragma cache_size = -65536');
database.exec('pragma temp_store = memory');

const prepared = new Map<string, StatementSync>();
const MAX_PREPARED = 300;

function prepare(sql: string): StatementSync {
	let statement = prepared.get(sql);
	if (statement) return statement;
	statement = database.prepare(sql);
	if (prepared.size >= MAX_PREPARED) prepared.delete(prepared.keys().next().value as string);
	prepared.set(sql, statement);
	return statement;
}

function query({ sql, params }: Bind): QueryAnswer {
	const statement = prepare(sql);
	if (statement.columns().length > 0) {
		const rows = statement.all(...params) as Record<string, unknown>[];
		return { rows, changes: rows.length, lastInsertRowid: 0 };
	}
	const { changes, lastInsertRowid } = statement.run(...params);
	return { rows: [], changes: Number(changes), lastInsertRowid: Number(lastInsertRowid) };
}

function transaction<T>(run: () => T): T {
	database.exec('begin immediate');
	try {
		const result = run();
		database.exec('commit');
		return result;
	} catch (error) {
		if (database.isTransaction) database.exec('rollback');
		throw error;
	}
}

/** Ends a transaction for good: one whose commit failed is rolled back, and the next begins on clean ground. */
function end(how: 'commit' | 'rollback'): void {
	try {
		if (how === 'commit') database.exec('commit');
	} finally {
		if (database.isTransaction) database.exec('rollback');
	}
}

function append({ updates, payloads, lengths }: Extract<Ask, { kind: 'append' }>): AppendAnswer {
	let end = 0;
	const payloadOf = (index: number): Uint8Array => payloads.subarray(end, (end += lengths[index] ?? 0));
	const first = prepare('select min(seq) as seq from log_update where doc = ?');
	const insert = prepare(
		'insert into log_update (doc, kind, payload, actor_id, actor_name, via, received_at) values (?, ?, ?, ?, ?, ?, ?)',
	);
	const head = prepare(
		'insert into log_head (doc, seq, updates, bytes) values (?, ?, 1, ?) on conflict (doc) do update set seq = excluded.seq, updates = updates + 1, bytes = bytes + excluded.bytes',
	);
	const change = prepare(
		'insert into entry_change (doc, seq, element_id, field, from_values, to_value, actor_id, actor_name, via, received_at, claimed_by, claimed_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
	);
	const recorded = prepare('select 1 from entry_change where doc = ? and element_id = ? limit 1');
	const purged = prepare("select 1 from purged_entry where entry_id = substr(?, instr(?, ':') + 1)");
	return transaction(() =>
		(JSON.parse(updates) as AppendMessage[]).map((update, index) => {
			const payload = payloadOf(index);
			if (purged.get(update.doc, update.doc)) return { seq: 0, wrote: false, isPurged: true };
			if (update.onlyFirst) {
				const known = (first.get(update.doc) as { seq: number | null }).seq;
				if (known !== null) return { seq: known, wrote: false };
			}
			const { doc, actorId, actorName, via, receivedAt } = update;
			const seq = Number(
				insert.run(doc, 'update', payload, actorId, actorName, via, receivedAt).lastInsertRowid,
			);
			head.run(doc, seq, payload.byteLength);
			for (const each of update.changes) {
				if (each.isOnlyOnce && recorded.get(doc, each.elementId)) continue;
				change.run(
					doc,
					seq,
					each.elementId,
					each.field,
					each.fromValues,
					each.toValue,
					actorId,
					actorName,
					via,
					receivedAt,
					each.claimedBy,
					each.claimedAt,
				);
			}
			return { seq, wrote: true };
		}),
	);
}

function replace({ doc, seq, payload, kept, at }: Extract<Ask, { kind: 'replace' }>): boolean {
	return transaction(() => {
		const last = prepare(
			"select 1 from log_head join log_update using (doc, seq) where doc = ? and seq = ? and kind = 'update'",
		);
		if (!last.get(doc, seq)) return false;
		prepare(
			'insert into log_cold (seq, doc, kind, payload, actor_id, actor_name, via, received_at, taken_at) select seq, doc, kind, payload, actor_id, actor_name, via, received_at, ? from log_update where doc = ?',
		).run(at, doc);
		prepare('delete from log_update where doc = ?').run(doc);
		// It takes the place of the last row: positions that rows, versions and devices know stay true.
		prepare(
			"insert into log_update (seq, doc, kind, payload, actor_id, actor_name, via, received_at) select seq, doc, 'snapshot', ?, actor_id, actor_name, via, received_at from log_cold where doc = ? and seq = ? and kind = 'update'",
		).run(payload, doc, seq);
		prepare(
			'insert into log_kept (doc, kept) values (?, ?) on conflict (doc) do update set kept = excluded.kept',
		).run(doc, kept);
		return true;
	});
}

/** Above this, the copy that VACUUM makes is kept on the disk and not in memory. */
const MAX_COPY_BYTES = 256 * 1024 * 1024;

/** Writes the whole file anew from its rows, and empties the write-ahead log. */
function scrub(): void {
	prepared.clear();
	// Entries taken out of a contentless index are only marked as gone until their segment is written anew.
	database.exec("insert into entry_text (entry_text) values ('optimize')");
	const { bytes } = database
		.prepare('select page_count * page_size as bytes from pragma_page_count, pragma_page_size')
		.get() as { bytes: number };
	if (bytes > MAX_COPY_BYTES) database.exec('pragma temp_store = file');
	try {
		database.exec('vacuum');
	} finally {
		database.exec('pragma temp_store = memory');
	}
	const { busy } = database.prepare('pragma wal_checkpoint(truncate)').get() as { busy: number };
	if (busy !== 0) throw new Error('the write-ahead log is being read, and cannot be emptied');
}

function answer(ask: Ask): unknown {
	switch (ask.kind) {
		case 'query':
			return query(ask.bind);
		case 'batch':
			return transaction(() => {
				for (const [at, params] of ask.params.entries())
					prepare(ask.sqls[ask.order[at] as number] as string).run(...params);
			});
		case 'bulk':
			return transaction(() => {
				for (const { sql, rows } of ask.inserts) {
					const statement = prepare(sql);
					for (const row of rows) statement.run(...row);
				}
			});
		case 'append':
			return append(ask);
		case 'replace':
			return replace(ask);
		case 'end':
			return end(ask.how);
		case 'scrub':
			return scrub();
		case 'close':
			prepared.clear();
			if (isWriter) database.exec('pragma wal_checkpoint(truncate)');
			database.close();
			return undefined;
	}
}

port.on('message', ({ id, ask }: { id: number; ask: Ask }) => {
	try {
		port.postMessage({ id, result: answer(ask) });
	} catch (error) {
		const { message, code, errcode } = error as { message: string; code?: string; errcode?: number };
		port.postMessage({ id, error: { message, code, errcode } satisfies ErrorAnswer });
	}
	if (ask.kind === 'close') port.close();
});
