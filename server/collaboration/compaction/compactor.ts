import { setImmediate as nextTurn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import type { Logger } from 'pino';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { settingsOf } from '#server/catalogue/element-settings.ts';
import type { AskedSetting } from '#server/catalogue/replaced-values.ts';
import { WorkerClient } from '#server/preservation/worker-client.ts';
import type { Storage } from '#server/storage/storage.ts';
import { coldDocs } from './cold-docs.ts';
import type { CompactAsks, Made } from './compact-worker.ts';

const DAY_MS = 86_400_000;
/** Rows read, or payloads forgotten, at once. */
const CHUNK = 200;
/** With fewer rows a document loads as fast as its snapshot would. */
const MIN_ROWS = 20;
/** How long the payloads a snapshot stands for are kept aside. */
const GRACE_DAYS = 30;

/** What is compacted. */
export interface Compacting {
	/** Nothing was logged for so long. */
	readonly idleMs: number;
	readonly minRows?: number;
	/** How long payloads stay that an earlier compaction took. */
	readonly graceMs?: number;
	readonly signal?: AbortSignal;
}

/** What a compaction did. */
export interface CompactionReport {
	readonly documents: number;
	/** Rows that snapshots stand for now, and the bytes of both. */
	readonly rows: number;
	readonly bytesBefore: number;
	readonly bytesAfter: number;
	/** Documents that are left for later: open, or edited meanwhile. */
	readonly inUse: number;
	/** Documents whose snapshot would not say the same. */
	readonly kept: readonly { readonly doc: string; readonly why: string }[];
	/** Payloads of earlier compactions that are gone now. */
	readonly forgotten: number;
}

interface CompactorParts {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly logger: Logger;
	/** Somebody has the document open, or is about to change it. */
	readonly isInUse: (docName: string) => boolean;
}

/**
 * Puts snapshots in the place of cold documents' updates. A snapshot is made and proven in a worker, and written only
 * while the document still ends where it was read; the updates it stands for stay aside for a time.
 */
export class Compactor {
	#parts: CompactorParts;
	#worker = new WorkerClient<CompactAsks>(new URL('./compact-worker.ts', import.meta.url), undefined);
	#running: Promise<unknown> = Promise.resolve();
	#closed = new AbortController();

	constructor(parts: CompactorParts) {
		this.#parts = parts;
	}

	/** Compacts what is cold, one document after the other; a second run waits for the first. */
	run(compacting: Compacting): Promise<CompactionReport> {
		const run = this.#running.then(() => this.#run(compacting));
		this.#running = run.catch(() => undefined);
		return run;
	}

	/** Stops after the document under way. */
	async close(): Promise<void> {
		this.#closed.abort();
		await this.#running;
		await this.#worker.close();
	}

	async #run(compacting: Compacting): Promise<CompactionReport> {
		const { storage, clock, logger, isInUse } = this.#parts;
		const { idleMs, minRows = MIN_ROWS, graceMs = GRACE_DAYS * DAY_MS } = compacting;
		const isOver = (): boolean => this.#closed.signal.aborted || compacting.signal?.aborted === true;
		const report = {
			documents: 0,
			rows: 0,
			bytesBefore: 0,
			bytesAfter: 0,
			inUse: 0,
			kept: [] as { doc: string; why: string }[],
			forgotten: 0,
		};
		const cold = { before: isoAt({ now: () => clock.now() - idleMs }), minRows };
		for await (const page of coldDocs(storage, cold))
			for (const { doc, seq } of page) {
				if (isOver()) return report;
				const made = isInUse(doc) ? undefined : await this.#make(doc, seq);
				if (made && 'why' in made) {
					report.kept.push({ doc, why: made.why });
					logger.error({ doc, why: made.why }, 'not compacted: its snapshot would not say the same');
				} else if (made && !isInUse(doc) && (await this.#replace(doc, made))) {
					report.documents++;
					report.rows += made.rows;
					report.bytesBefore += made.bytes;
					report.bytesAfter += made.payload.byteLength;
				} else report.inUse++;
				await nextTurn();
			}
		const forgetBefore = isoAt({ now: () => clock.now() - graceMs });
		for (let gone = CHUNK; gone === CHUNK && !isOver(); report.forgotten += gone)
			gone = await this.#forget(forgetBefore);
		return report;
	}

	/** A proven snapshot; undefined when the document is no longer as it was found. */
	async #make(doc: string, seq: number): Promise<Made | { readonly why: string } | undefined> {
		const { storage } = this.#parts;
		try {
			let at = 0;
			for (;;) {
				// In chunks: a long log as one message would hold up everybody.
				const rows = await storage.log.read(doc, at, CHUNK);
				await this.#worker.ask('add', {
					rows: rows.map(({ seq: rowSeq, kind, payload }) => ({ seq: rowSeq, kind, payload })),
				});
				at = rows.at(-1)?.seq ?? at;
				if (rows.length < CHUNK) break;
			}
			if (at !== seq) {
				await this.#worker.ask('drop', undefined);
				return undefined;
			}
			const made = await this.#worker.ask('make', {
				docName: doc,
				kept: await storage.log.kept(doc),
				asked: await this.#unrecorded(doc),
			});
			if ('difference' in made) return { why: made.difference };
			return (await this.#saysTheSame(doc, made)) ? made : { why: 'settings' };
		} catch (error) {
			// One that cannot be read must not keep the others from being compacted.
			await this.#worker.ask('drop', undefined);
			return { why: error instanceof Error ? error.message : String(error) };
		}
	}

	#replace(doc: string, { seq, payload, kept }: Made): Promise<boolean> {
		return this.#parts.storage.log.replace({ doc, seq, payload, kept, at: isoAt(this.#parts.clock) });
	}

	/** Settings of which only the updates tell what they replaced. */
	async #unrecorded(doc: string): Promise<AskedSetting[]> {
		const rows = await this.#parts.storage.db
			.selectFrom('entry_change')
			.select(['element_id as elementId', 'seq', 'field'])
			.where('doc', '=', doc)
			.where('from_values', '=', '[]')
			.execute();
		return rows;
	}

	/** Who set what stands beside other values, when, and what it replaced: chosen values and conflicts rest on it. */
	async #saysTheSame(doc: string, { seq, payload, kept, contested }: Made): Promise<boolean> {
		if (contested.length === 0) return true;
		const { storage } = this.#parts;
		const snapshot = {
			seq,
			kind: 'snapshot' as const,
			payload,
			actor: { id: 'server', name: 'server', via: null },
			receivedAt: '',
		};
		const compacted = { db: storage.db, log: { read: async () => [snapshot], kept: async () => kept } };
		return isDeepStrictEqual(
			await settingsOf(storage, doc, contested),
			await settingsOf(compacted, doc, contested),
		);
	}

	/** Forgets payloads taken before, but the last snapshot of each document, and what no version holds. */
	async #forget(before: string): Promise<number> {
		const { db } = this.#parts.storage;
		const done = await db
			.updateTable('log_cold')
			.set({ payload: null })
			.where('id', 'in', (select) =>
				select
					.selectFrom('log_cold as cold')
					.select('cold.id')
					.where('cold.payload', 'is not', null)
					.where('cold.taken_at', '<', before)
					.where((where) =>
						where.or([
							where('cold.kind', '=', 'update'),
							where.exists(
								where
									.selectFrom('log_cold as later')
									.select('later.seq')
									.whereRef('later.doc', '=', 'cold.doc')
									.whereRef('later.seq', '>', 'cold.seq')
									.where('later.kind', '=', 'snapshot'),
							),
						]),
					)
					.where((where) =>
						where.or([
							where('cold.doc', 'like', 'review:%'),
							where.exists(
								where
									.selectFrom('entry')
									.select('entry.id')
									.where('entry.id', '=', sql<string>`substr(cold.doc, 7)`)
									.whereRef('entry.deposited_seq', '>=', 'cold.seq'),
							),
						]),
					)
					.limit(CHUNK),
			)
			.executeTakeFirst();
		return Number(done.numUpdatedRows);
	}
}
