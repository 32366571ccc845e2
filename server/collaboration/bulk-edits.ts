import { setImmediate as nextTurn } from 'node:timers/promises';
import * as Y from 'yjs';
import type { Actor } from '#domain/base/actor.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import { entryDocName } from '#sync/entry-doc.ts';
import type { LoggedUpdate, NewUpdate, UpdateLog } from '#server/storage/update-log.ts';
import { judgeChange } from './entry-rules.ts';
import { readEntryLogs, type StoredEntry } from './entry-loader.ts';
import { logFailed, mayChangeRegistered } from './live-docs.ts';
import { isPurgedRefusal } from './purge/refuse-purged.ts';
import type { GivenDoc } from './projector.ts';

/** Entries that are held, changed and committed together: who opens one of them waits so long. */
const BATCH = 200;
/** Batches under way: while one is written, the next is made. */
const BATCHES_AT_ONCE = 2;
/** Open entries changed at the same time. */
const OPEN_AT_ONCE = 16;
/** How long changes are made before others get their turn. */
const SLICE_MS = 8;

/** What is to be done to one entry. */
export interface BulkChange {
	readonly entryId: EntryId;
	/** Gets a copy of the document; false leaves everything as it is. */
	readonly change: (copy: Y.Doc) => boolean;
}

/**
 * What became of a change: its log position · `unchanged`, it had nothing to do · `not-reached`, the work was given up
 * before · why it was refused.
 */
export type BulkOutcome = number | 'unchanged' | 'not-reached' | Refusal;

/** How long work is watched and given up. */
export interface BulkRunning {
	readonly signal?: AbortSignal | undefined;
	readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined;
}

/** What changing many entries needs of live editing. */
export interface BulkParts {
	readonly log: UpdateLog;
	readonly clock: Clock;
	readonly storedEntries: (ids: readonly EntryId[]) => Promise<ReadonlyMap<EntryId, StoredEntry>>;
	/** Which of the entries take no direct edit. */
	readonly registeredAmong: (ids: readonly EntryId[]) => Promise<ReadonlySet<EntryId>>;
	/** The document is loaded, or about to be. */
	readonly isOpen: (docName: string) => boolean;
	/** Changes an open entry, whose row shows it when this resolves. */
	readonly editOpen: (id: EntryId, actor: Actor, change: BulkChange['change']) => Promise<number | undefined>;
	readonly projectGiven: (given: readonly GivenDoc[]) => Promise<void>;
	/** Has the row follow the log after a while. */
	readonly projectLater: (docName: string, seq: number) => void;
	readonly onLogged: (id: EntryId, seq: number) => void;
	readonly onLogFailed: (error: Error) => void;
}

/** The changes of one entry, with their places among all. */
interface Task {
	readonly id: EntryId;
	readonly docName: string;
	readonly changes: { readonly at: number; readonly change: BulkChange['change'] }[];
}

interface Append {
	readonly at: number;
	readonly task: Task;
	readonly update: NewUpdate;
}

/**
 * Changes many entries without loading each as a live document: a batch is read from the log at once, changed and judged
 * in scratch documents, and committed together. Meanwhile nobody else can load these documents, so what was read is
 * what the log holds, as behind a live document's gate. Entries that are open are changed there.
 */
export class BulkEdits {
	#parts: BulkParts;
	#held = new Map<string, Promise<void>>();
	#working = new Set<Promise<void>>();
	#isClosed = false;

	constructor(parts: BulkParts) {
		this.#parts = parts;
	}

	/** The document is being changed. */
	isHeld(docName: string): boolean {
		return this.#held.has(docName);
	}

	/** Resolves when the document may be loaded. */
	async released(docName: string): Promise<void> {
		for (let held; (held = this.#held.get(docName));) await held;
	}

	/**
	 * Changes entries, batch by batch, until it is given up between two of them. Several changes of one entry keep their
	 * order. When it resolves, rows show what was done. One refused change leaves the others.
	 * @returns outcomes in the order of the changes
	 * @throws {Refusal} 'collaboration.log-failed' (503): what was committed before stays
	 */
	async run(
		changes: readonly BulkChange[],
		actor: Actor,
		{ signal, onProgress }: BulkRunning,
	): Promise<readonly BulkOutcome[]> {
		const outcomes: BulkOutcome[] = changes.map(() => 'not-reached');
		const batches = batchesOf(changes).values();
		let done = 0;
		let failure: { readonly error: unknown } | undefined;
		const work = async (): Promise<void> => {
			for (const batch of batches) {
				if (failure || signal?.aborted || this.#isClosed) return;
				try {
					await this.#change(batch, actor, outcomes);
				} catch (error) {
					failure ??= { error };
					return;
				}
				for (const task of batch) done += task.changes.length;
				onProgress?.({ done, total: changes.length });
			}
		};
		// Both have ended before anything is thrown: nothing goes on behind the back of who asked.
		const working = Promise.all(Array.from({ length: BATCHES_AT_ONCE }, work)).then(() => undefined);
		this.#working.add(working);
		await working;
		this.#working.delete(working);
		if (failure) throw failure.error;
		return outcomes;
	}

	/**
	 * Runs while nobody can open the documents that are closed now, with the names of those that are open: what is to
	 * stay as it is in those is up to the caller.
	 */
	async whileHeld<T>(docNames: readonly string[], run: (open: readonly string[]) => Promise<T>): Promise<T> {
		for (let held; (held = docNames.flatMap((docName) => this.#held.get(docName) ?? [])).length > 0;)
			await Promise.all(held);
		// In one turn with the question whether they are open: who opens one later waits.
		const open = docNames.filter((docName) => this.#parts.isOpen(docName));
		const closed = docNames.filter((docName) => !open.includes(docName));
		return this.#hold(closed, () => run(open));
	}

	/** Begins no further batch; resolves when those under way are done. */
	async close(): Promise<void> {
		this.#isClosed = true;
		await Promise.all(this.#working);
	}

	async #change(batch: readonly Task[], actor: Actor, outcomes: BulkOutcome[]): Promise<void> {
		let open: readonly string[] = [];
		await this.whileHeld(
			batch.map(({ docName }) => docName),
			async (names) => {
				open = names;
				const closed = batch.filter(({ docName }) => !names.includes(docName));
				if (closed.length > 0) await this.#changeClosed(closed, actor, outcomes);
			},
		);
		await this.#changeOpen(
			batch.filter(({ docName }) => open.includes(docName)),
			actor,
			outcomes,
		);
	}

	async #hold<T>(docNames: readonly string[], run: () => Promise<T>): Promise<T> {
		const { promise, resolve } = Promise.withResolvers<void>();
		for (const docName of docNames) this.#held.set(docName, promise);
		try {
			return await run();
		} finally {
			for (const docName of docNames) this.#held.delete(docName);
			resolve();
		}
	}

	async #changeClosed(tasks: readonly Task[], actor: Actor, outcomes: BulkOutcome[]): Promise<void> {
		const { clock } = this.#parts;
		const ids = tasks.map(({ id }) => id);
		const [logs, registered] = await Promise.all([
			readEntryLogs(ids, this.#parts),
			mayChangeRegistered(actor, 'update') ? new Set<EntryId>() : this.#parts.registeredAmong(ids),
		]);
		const receivedAt = isoAt(clock);
		const docs = new Map<Task, Y.Doc>();
		const appends: Append[] = [];
		let since = performance.now();
		try {
			for (const task of tasks) {
				if (registered.has(task.id)) {
					for (const { at } of task.changes) outcomes[at] = new Refusal('permissions.registered', {}, 403);
					continue;
				}
				const log = logs.get(task.docName);
				const made = changed(task, log, actor, outcomes);
				docs.set(task, made.doc);
				for (const each of made.updates)
					appends.push({
						at: each.at,
						task,
						update: { doc: task.docName, actor, receivedAt, payload: each.payload, changes: each.changes },
					});
				if (performance.now() - since < SLICE_MS) continue;
				await nextTurn();
				since = performance.now();
			}
			const heads = await this.#append(appends, outcomes);
			const given = [...heads].map(([task, seq]) => ({
				docName: task.docName,
				id: task.id,
				doc: docs.get(task) as Y.Doc,
				seq,
			}));
			if (given.length > 0) await this.#parts.projectGiven(given);
		} finally {
			for (const doc of docs.values()) doc.destroy();
		}
	}

	/** Appends in one go; resolves with the last position of each entry. */
	async #append(appends: readonly Append[], outcomes: BulkOutcome[]): Promise<ReadonlyMap<Task, number>> {
		const { log, onLogged, onLogFailed } = this.#parts;
		const settled = await Promise.allSettled(appends.map(({ update }) => log.append(update)));
		const heads = new Map<Task, number>();
		let failure: Error | undefined;
		for (const [index, result] of settled.entries()) {
			const { at, task } = appends[index] as Append;
			if (result.status === 'fulfilled') {
				outcomes[at] = result.value;
				heads.set(task, result.value);
				onLogged(task.id, result.value);
			} else if (isPurgedRefusal(result.reason)) outcomes[at] = result.reason;
			else failure ??= result.reason instanceof Error ? result.reason : new Error(String(result.reason));
		}
		if (!failure) return heads;
		// The documents here hold more than what was committed.
		for (const [{ docName }, seq] of heads) this.#parts.projectLater(docName, seq);
		onLogFailed(failure);
		throw logFailed(failure);
	}

	async #changeOpen(tasks: readonly Task[], actor: Actor, outcomes: BulkOutcome[]): Promise<void> {
		const waiting = tasks.values();
		const work = async (): Promise<void> => {
			for (const { id, changes } of waiting)
				for (const { at, change } of changes)
					outcomes[at] = await outcomeOf(
						async () => (await this.#parts.editOpen(id, actor, change)) ?? 'unchanged',
					);
		};
		await Promise.all(Array.from({ length: Math.min(OPEN_AT_ONCE, tasks.length) }, work));
	}
}

/** Makes the changes of an entry in a scratch document; each good one becomes an update of its own. */
function changed(
	{ id, docName, changes }: Task,
	log: readonly LoggedUpdate[] | undefined,
	actor: Actor,
	outcomes: BulkOutcome[],
): {
	readonly doc: Y.Doc;
	readonly updates: (Pick<NewUpdate, 'payload' | 'changes'> & { readonly at: number })[];
} {
	const updates: (Pick<NewUpdate, 'payload' | 'changes'> & { readonly at: number })[] = [];
	const build = (): Y.Doc => {
		// A name of its own would be drawn at random, which takes longer than all the rest.
		const doc = new Y.Doc({ guid: docName });
		for (const { payload } of [...(log ?? []), ...updates]) Y.applyUpdate(doc, payload);
		return doc;
	};
	let doc = build();
	for (const { at, change } of changes) {
		if (!log) {
			outcomes[at] = new Refusal('catalogue.unknown-entry', { id }, 404);
			continue;
		}
		try {
			const judged = judgeChange(doc, change, actor);
			// A position, once the commit has given one.
			outcomes[at] = 'unchanged';
			if (judged) updates.push({ at, ...judged });
		} catch (error) {
			doc.destroy();
			if (!isRefusal(error)) throw error;
			outcomes[at] = error;
			doc = build();
		}
	}
	return { doc, updates };
}

async function outcomeOf(run: () => Promise<BulkOutcome>): Promise<BulkOutcome> {
	try {
		return await run();
	} catch (error) {
		// With the log gone there is no use in going on.
		if (!isRefusal(error) || error.code === 'collaboration.log-failed') throw error;
		return error;
	}
}

function batchesOf(changes: readonly BulkChange[]): Task[][] {
	const tasks = new Map<EntryId, Task>();
	for (const [at, { entryId: id, change }] of changes.entries()) {
		let task = tasks.get(id);
		if (!task) tasks.set(id, (task = { id, docName: entryDocName(id), changes: [] }));
		task.changes.push({ at, change });
	}
	const all = [...tasks.values()];
	return Array.from({ length: Math.ceil(all.length / BATCH) }, (_, index) =>
		all.slice(index * BATCH, (index + 1) * BATCH),
	);
}
