import { sql, type Kysely, type Selectable } from 'kysely';
import { Refusal } from '#domain/base/refusal.ts';
import type { LogCopy } from '../log-copy/log-copy.ts';
import type { LogUpdateTable, Schema } from '../schema.ts';
import type { LoggedUpdate, NewSnapshot, NewUpdate, UpdateLog } from '../update-log.ts';
import type { AppendAnswer, AppendMessage } from './messages.ts';
import type { WorkerConnection } from './worker-connection.ts';
import type { WriterQueue } from './writer-queue.ts';

/** Updates of one commit at most. */
const MAX_GROUP = 500;
/** Documents of one read at most. */
const MAX_DOCS = 500;
/** Bytes of one commit at most, unless a single update has more. */
export const MAX_GROUP_BYTES = 8 * 1024 * 1024;

interface Waiting {
	readonly message: AppendMessage;
	readonly payload: Uint8Array;
	readonly resolve: (answer: AppendAnswer[number]) => void;
	readonly reject: (error: Error) => void;
}

/** The durable log over SQLite: what waits when the writer is free is committed together. */
export class SqliteLog implements UpdateLog {
	#db: Kysely<Schema>;
	#writer: WorkerConnection;
	#queue: WriterQueue;
	#waiting: Waiting[] = [];
	#draining: Promise<void> | undefined;
	#copy: LogCopy | undefined;
	/** Groups that are committed and wait for their second place. */
	#copying = new Set<Promise<void>>();

	/** @param parts `copy`: a second place in which updates are before their append resolves */
	constructor(parts: {
		db: Kysely<Schema>;
		writer: WorkerConnection;
		queue: WriterQueue;
		copy: LogCopy | undefined;
	}) {
		this.#db = parts.db;
		this.#writer = parts.writer;
		this.#queue = parts.queue;
		this.#copy = parts.copy;
	}

	async append(update: NewUpdate): Promise<number> {
		return (await this.#enqueue(update, false)).seq;
	}

	async begin(update: NewUpdate): Promise<{ readonly seq: number; readonly began: boolean }> {
		const { seq, wrote } = await this.#enqueue(update, true);
		return { seq, began: wrote };
	}

	async read(doc: string, afterSeq = 0, limit?: number): Promise<LoggedUpdate[]> {
		let query = this.#db
			.selectFrom('log_update')
			.selectAll()
			.where('doc', '=', doc)
			.where('seq', '>', afterSeq)
			.where('seq', '>=', (select) =>
				select
					.selectFrom('log_update as snapshot')
					.select((each) => each.fn.coalesce(each.fn.max('snapshot.seq'), each.lit(0)).as('seq'))
					.where('snapshot.doc', '=', doc)
					.where('snapshot.kind', '=', sql.lit('snapshot')),
			)
			.orderBy('seq');
		if (limit !== undefined) query = query.limit(limit);
		return (await query.execute()).map(loggedUpdateOf);
	}

	async readMany(docs: readonly string[]): Promise<ReadonlyMap<string, readonly LoggedUpdate[]>> {
		const found = new Map<string, LoggedUpdate[]>();
		for (let from = 0; from < docs.length; from += MAX_DOCS) {
			const rows = await this.#db
				.selectFrom('log_update')
				.selectAll()
				.where('doc', 'in', docs.slice(from, from + MAX_DOCS))
				.orderBy('doc')
				.orderBy('seq')
				.execute();
			for (const row of rows) {
				const known = found.get(row.doc);
				// What a snapshot stands for is not read again.
				if (known && row.kind !== 'snapshot') known.push(loggedUpdateOf(row));
				else found.set(row.doc, [loggedUpdateOf(row)]);
			}
		}
		return found;
	}

	async head(doc: string): Promise<number> {
		const row = await this.#db.selectFrom('log_head').select('seq').where('doc', '=', doc).executeTakeFirst();
		return row?.seq ?? 0;
	}

	async replace(snapshot: NewSnapshot): Promise<boolean> {
		// Not urgent: whatever people append goes first.
		return this.#queue.hold(async () => {
			try {
				return await this.#writer.ask<boolean>({ kind: 'replace', ...snapshot });
			} catch (error) {
				throw failed(error);
			}
		});
	}

	async kept(doc: string): Promise<string | undefined> {
		const row = await this.#db
			.selectFrom('log_kept')
			.select('kept')
			.where('doc', '=', doc)
			.executeTakeFirst();
		return row?.kept;
	}

	/** Resolves when nothing waits any more. */
	async settled(): Promise<void> {
		while (this.#draining) await this.#draining;
		await Promise.all(this.#copying);
	}

	#enqueue(update: NewUpdate, onlyFirst: boolean): Promise<AppendAnswer[number]> {
		return new Promise((resolve, reject) => {
			this.#waiting.push({
				// A copy: the caller's is often a view of a network buffer that is used again before this is sent.
				payload: new Uint8Array(update.payload),
				message: {
					doc: update.doc,
					actorId: update.actor.id,
					actorName: update.actor.name,
					via: update.actor.via,
					receivedAt: update.receivedAt,
					changes: update.changes,
					onlyFirst,
				},
				resolve,
				reject,
			});
			this.#draining ??= this.#drain();
		});
	}

	async #drain(): Promise<void> {
		while (this.#waiting.length > 0) {
			const giveBack = await this.#queue.acquire(true);
			// Taken only now: all that came while the writer was busy shares this commit.
			const group = this.#takeGroup();
			const payloads = joined(group.map(({ payload }) => payload));
			try {
				const answers = await this.#writer.ask<AppendAnswer>(
					{
						kind: 'append',
						updates: JSON.stringify(group.map(({ message }) => message)),
						payloads,
						lengths: group.map(({ payload }) => payload.byteLength),
					},
					[payloads.buffer],
				);
				this.#answer(group, answers);
			} catch (error) {
				// The next group tries again: a full disk may have been cleared by then. What waits of the same documents was
				// judged as if this were in the log: without it, it would stand on nothing.
				const docs = new Set(group.map(({ message }) => message.doc));
				const following = this.#waiting.filter(({ message }) => docs.has(message.doc));
				this.#waiting = this.#waiting.filter((each) => !following.includes(each));
				for (const each of [...group, ...following]) each.reject(failed(error));
			} finally {
				giveBack();
			}
		}
		// In the same turn as the last look at the queue, or an append in between would wait for ever.
		this.#draining = undefined;
	}

	/** Answers a committed group, when it is in the second place too. The writer goes on meanwhile. */
	#answer(group: readonly Waiting[], answers: AppendAnswer): void {
		const resolve = (): void =>
			group.forEach((each, index) => {
				const answer = answers[index] as AppendAnswer[number];
				if (answer.isPurged) each.reject(purged(each.message.doc));
				else each.resolve(answer);
			});
		if (!this.#copy) return resolve();
		const copying = this.#copy
			.reached(Math.max(...answers.map(({ seq }) => seq)))
			.then(resolve, (error: unknown) => {
				for (const { reject } of group) reject(failed(error));
			})
			.finally(() => this.#copying.delete(copying));
		this.#copying.add(copying);
	}

	#takeGroup(): Waiting[] {
		let bytes = 0;
		let count = 0;
		for (const { payload } of this.#waiting) {
			bytes += payload.byteLength;
			if (count > 0 && (bytes > MAX_GROUP_BYTES || count >= MAX_GROUP)) break;
			count++;
		}
		return this.#waiting.splice(0, count);
	}
}

function purged(doc: string): Refusal {
	return new Refusal('catalogue.purged', { id: doc.slice(doc.indexOf(':') + 1) }, 410);
}

function failed(error: unknown): Refusal {
	const reason = error instanceof Error ? error.message : String(error);
	const refusal = new Refusal('storage.log-failed', { reason }, 503);
	refusal.cause = error;
	return refusal;
}

function loggedUpdateOf(row: Selectable<LogUpdateTable>): LoggedUpdate {
	return {
		seq: row.seq,
		kind: row.kind as LoggedUpdate['kind'],
		payload: row.payload,
		actor: { id: row.actor_id, name: row.actor_name, via: row.via },
		receivedAt: row.received_at,
	};
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
	const whole = new Uint8Array(parts.reduce((bytes, part) => bytes + part.byteLength, 0));
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.byteLength;
	}
	return whole;
}
