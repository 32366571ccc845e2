import { join } from 'node:path';
import type { Logger } from 'pino';
import { eightDigitDay, isoAt, type Clock } from '#domain/base/clock.ts';
import { localFieldsInUse } from '#domain/catalogue/profiles.ts';
import type { BulkInsert, Storage } from '#server/storage/storage.ts';
import {
	FINDING_COLUMNS,
	MAX_CELLS,
	type CheckAsks,
	type FindingChange,
	type RunPosition,
	type RunScope,
} from './check-asks.ts';
import { CheckClient } from './check-client.ts';

/** Entries checked together when rows changed. */
const RECHECKED_AT_ONCE = 200;
/** A fonds is looked at across its entries by itself only up to so many; larger ones wait for a run. */
const MOST_ACROSS = 20_000;
/** How long editing of a fonds rests before. */
const ACROSS_AFTER_MS = 2000;

/** A run over a scope, as who keeps campaigns follows it. */
export interface CheckedRun extends RunScope {
	readonly position: RunPosition | null;
	/** Rows that belong into the transaction in which findings are written. */
	readonly along: (position: RunPosition, total: number) => BulkInsert;
	/** All of it was checked. */
	readonly onOver: (position: RunPosition) => Promise<void>;
	readonly onFailed: (error: Error) => void;
}

/** What checks need. */
export interface CheckerParts {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly dataDir: string;
	readonly logger: Logger;
	/** See {@link ACROSS_AFTER_MS}. */
	readonly acrossAfterMs?: number;
}

/**
 * Keeps findings as they are: of single entries when their rows change, of scopes in runs, one thing after the other, in a
 * worker. Rows that change go first: a run over a million entries keeps nobody waiting.
 */
export class Checker {
	readonly #parts: CheckerParts;
	readonly #client: CheckClient;
	readonly #insert: string;
	readonly #due = new Set<string>();
	/** Entries that could not be checked together: one of them may be what nothing can be said about. */
	readonly #alone = new Set<string>();
	/** Fonds to be looked at across their entries, and from when on. */
	readonly #acrossDue = new Map<string, number>();
	readonly #listeners = new Set<(entryIds: readonly string[]) => void>();
	readonly #idle: (() => void)[] = [];
	/** Who waits for findings of entries. */
	#waiting: {
		readonly ids: Set<string>;
		readonly resolve: () => void;
		readonly reject: (error: Error) => void;
	}[] = [];
	readonly #asked: {
		readonly id: string;
		readonly resolve: (facts: CheckAsks['entryFacts']['answer']) => void;
		readonly reject: (error: Error) => void;
	}[] = [];
	#run: CheckedRun | undefined;
	#isBegun = false;
	/** Where the run that is under way stands; it goes on there when facts change. */
	#last: { readonly runId: string; readonly position: RunPosition } | undefined;
	#total = 0;
	#areFactsOld = true;
	#areExceptionsOld = false;
	#factsDay = '';
	#working: Promise<void> | undefined;
	#timer: NodeJS.Timeout | undefined;
	#isClosed = false;

	constructor(parts: CheckerParts) {
		this.#parts = parts;
		this.#client = new CheckClient(join(parts.dataDir, 'lantai.sqlite'));
		this.#insert = parts.storage.db
			.insertInto('finding')
			.values(Object.fromEntries(FINDING_COLUMNS.map((column) => [column, ''])) as never)
			.compile().sql;
	}

	/** Rows of these entries changed. */
	note(ids: Iterable<string>): void {
		for (const id of ids) this.#due.add(id);
		this.#wake();
	}

	/** Registers changed: what they decide is checked with them from now on. */
	noteFacts(): void {
		this.#areFactsOld = true;
		this.#wake();
	}

	/** Exceptions changed, of these entries. */
	noteExceptions(entryIds: Iterable<string>): void {
		this.#areExceptionsOld = true;
		this.note(entryIds);
	}

	/**
	 * Checks entries now; resolves when their findings are those that hold.
	 * @throws {Error} when one of them cannot be checked, or nothing can be written
	 */
	async recheck(ids: readonly string[]): Promise<void> {
		if (ids.length === 0) return;
		await new Promise<void>((resolve, reject) => {
			this.#waiting.push({ ids: new Set(ids), resolve, reject });
			this.note(ids);
		});
	}

	/** What is known of an entry beside its description: by its file, its neighbours, its group. */
	factsOf(id: string): Promise<CheckAsks['entryFacts']['answer']> {
		return new Promise((resolve, reject) => {
			this.#asked.push({ id, resolve, reject });
			this.#wake();
		});
	}

	/** Begins a run in the place of one that is under way. */
	begin(run: CheckedRun): void {
		this.#run = run;
		this.#isBegun = false;
		// Run again, a campaign has the same id: where it was given up is not where it begins.
		this.#last = undefined;
		this.#wake();
	}

	/** Ends the run after the step that is under way; what was found stays. */
	async stop(runId: string): Promise<void> {
		if (this.#run?.runId !== runId) return;
		this.#run = undefined;
		await this.#working;
	}

	/** The run that is under way. */
	get runId(): string | undefined {
		return this.#run?.runId;
	}

	/** Calls back when findings of entries were made anew because their rows changed. @returns ends it */
	onRechecked(listener: (entryIds: readonly string[]) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Resolves when nothing is to be checked at once, runs and what shows across entries included. */
	async settled(): Promise<void> {
		await new Promise<void>((resolve) => {
			this.#idle.push(resolve);
			this.#wake();
		});
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		clearTimeout(this.#timer);
		await this.#working?.catch(() => undefined);
		await this.#client.close();
	}

	#wake(): void {
		if (this.#isClosed || this.#working) return;
		this.#working = this.#work().then((isWell) => {
			this.#working = undefined;
			// What was asked for while the last thing ended; after a failure it waits for the next ask.
			if (isWell && this.#hasWork) return this.#wake();
			for (const resolve of this.#idle.splice(0)) resolve();
			this.#arm();
		});
	}

	get #hasWork(): boolean {
		return (
			this.#due.size > 0 ||
			this.#alone.size > 0 ||
			this.#asked.length > 0 ||
			this.#areExceptionsOld ||
			this.#run !== undefined
		);
	}

	/** Wakes when the next fonds is due. */
	#arm(): void {
		clearTimeout(this.#timer);
		if (this.#isClosed || this.#acrossDue.size === 0) return;
		const next = Math.min(...this.#acrossDue.values());
		this.#timer = setTimeout(() => this.#wake(), Math.max(10, next - performance.now()));
		this.#timer.unref();
	}

	/** Until nothing is left. @returns false when something failed */
	async #work(): Promise<boolean> {
		/** Of the step before, while the next is made. */
		let writing: Promise<void> = Promise.resolve();
		while (!this.#isClosed) {
			try {
				if (this.#areFactsOld || this.#factsDay !== this.#today() || !this.#client.isRunning) {
					await writing;
					await this.#readFacts();
				} else if (this.#areExceptionsOld) {
					this.#areExceptionsOld = false;
					await this.#client.ask('exceptions', undefined);
				} else if (this.#asked.length > 0) {
					await this.#answerOne();
				} else if (this.#due.size > 0 || this.#alone.size > 0) {
					await writing;
					await this.#recheck();
				} else if (this.#run) {
					const run = this.#run;
					const { written } = await this.#step(run, writing);
					writing = written;
					// Whoever asked is told what the loop could not do.
					writing.catch(() => undefined);
				} else {
					await writing;
					if (!(await this.#acrossOne())) return true;
				}
			} catch (error) {
				this.#fail(error as Error);
				return false;
			}
		}
		await writing.catch(() => undefined);
		return false;
	}

	#fail(error: Error): void {
		if (this.#isClosed) return;
		this.#parts.logger.error({ err: error }, 'checks failed');
		for (const { reject } of this.#asked.splice(0)) reject(error);
		// Nobody takes what is kept, and stays as it was, for what was checked.
		for (const { reject } of this.#waiting.splice(0)) reject(error);
		const run = this.#run;
		this.#run = undefined;
		run?.onFailed(error);
	}

	async #readFacts(): Promise<void> {
		this.#areFactsOld = false;
		this.#areExceptionsOld = false;
		this.#isBegun = false;
		this.#factsDay = this.#today();
		await this.#client.ask('facts', { today: this.#factsDay, localFields: localFieldsInUse() });
	}

	async #answerOne(): Promise<void> {
		const asked = this.#asked.shift();
		if (!asked) return;
		try {
			asked.resolve(await this.#client.ask('entryFacts', { id: asked.id }));
		} catch (error) {
			asked.reject(error as Error);
			throw error;
		}
	}

	/** Tells who waits that entries were checked. */
	#told(ids: readonly string[]): void {
		this.#waiting = this.#waiting.filter((waiting) => {
			// Noted again while it was read, it is read once more.
			for (const id of ids) if (!this.#due.has(id)) waiting.ids.delete(id);
			if (waiting.ids.size > 0) return true;
			waiting.resolve();
			return false;
		});
	}

	async #recheck(): Promise<void> {
		const isAlone = this.#due.size === 0;
		const from = isAlone ? this.#alone : this.#due;
		const ids = from
			.values()
			.take(isAlone ? 1 : RECHECKED_AT_ONCE)
			.toArray();
		// Before: what changes meanwhile is due again.
		for (const id of ids) from.delete(id);
		const answer = await this.#ask(ids, isAlone);
		if (!answer) return;
		try {
			await this.#write(answer);
		} catch (error) {
			// It is not for the entries that nothing can be written.
			for (const id of ids) this.#alone.add(id);
			throw error;
		}
		this.#noteAcross(answer.fondsIds);
		this.#told(ids);
		for (const listener of this.#listeners) listener(ids);
	}

	/** @returns nothing when that failed: of several, each is tried alone; one that cannot be checked is given up */
	async #ask(ids: readonly string[], isAlone: boolean): Promise<CheckAsks['recheck']['answer'] | undefined> {
		try {
			return await this.#client.ask('recheck', { ids, now: this.#now() });
		} catch (error) {
			if (this.#isClosed) throw error;
			this.#parts.logger.error(
				{ err: error, entries: ids.length, first: ids[0] },
				'entries were not checked',
			);
			if (!isAlone) for (const id of ids) this.#alone.add(id);
			else
				this.#waiting = this.#waiting.filter(({ ids: awaited, reject }) => {
					const isAwaited = ids.some((id) => awaited.has(id));
					if (isAwaited) reject(error as Error);
					return !isAwaited;
				});
			return undefined;
		}
	}

	/** Fonds to be looked at across their entries when editing has rested. */
	#noteAcross(fondsIds: readonly string[]): void {
		const { acrossAfterMs = ACROSS_AFTER_MS } = this.#parts;
		for (const fondsId of fondsIds) this.#acrossDue.set(fondsId, performance.now() + acrossAfterMs);
	}

	async #acrossOne(): Promise<boolean> {
		const isAwaited = this.#idle.length > 0;
		const due = [...this.#acrossDue].find(([, atMs]) => isAwaited || atMs <= performance.now());
		if (!due) return false;
		this.#acrossDue.delete(due[0]);
		const answer = await this.#client.ask('across', {
			fondsId: due[0],
			most: MOST_ACROSS,
			now: this.#now(),
		});
		await this.#write(answer);
		this.#noteAcross(answer.concerned);
		return true;
	}

	/** @returns what is being written while the next step is made */
	async #step(run: CheckedRun, before: Promise<void>): Promise<{ readonly written: Promise<void> }> {
		if (!this.#isBegun) {
			const { runId, under, rules, position } = run;
			await before;
			const begun = await this.#client.ask('begin', {
				runId,
				under,
				rules,
				position: this.#last?.runId === runId ? this.#last.position : position,
			});
			this.#total = begun.total;
			this.#isBegun = true;
		}
		const step = await this.#client.ask('step', { runId: run.runId, now: this.#now() });
		await before;
		if (this.#run !== run) return { written: Promise.resolve() };
		this.#last = { runId: run.runId, position: step.position };
		this.#noteAcross(step.concerned);
		const written = this.#write(step, run.along(step.position, Math.max(this.#total, step.position.done)));
		if (!step.isOver) return { written };
		await written;
		this.#run = undefined;
		this.#last = undefined;
		try {
			await run.onOver(step.position);
		} catch (error) {
			// It is no longer the run that failures are told of.
			run.onFailed(error as Error);
			throw error;
		}
		return { written };
	}

	async #write({ removed, added }: FindingChange, along?: BulkInsert): Promise<void> {
		const { storage } = this.#parts;
		for (let from = 0; from < Math.max(removed.length, added.length, 1); from += MAX_CELLS) {
			const isLast = from + MAX_CELLS >= Math.max(removed.length, added.length);
			const inserts: BulkInsert[] = [];
			const gone = removed.slice(from, from + MAX_CELLS);
			const made = added.slice(from, from + MAX_CELLS);
			if (gone.length > 0)
				inserts.push({ sql: 'delete from finding where id = ?', rows: gone.map((id) => [id]) });
			if (made.length > 0) inserts.push({ sql: this.#insert, rows: made });
			// Last: a position must not be kept before what was found up to it.
			if (isLast && along) inserts.push(along);
			if (inserts.length > 0) await storage.bulk(inserts);
		}
	}

	#now(): string {
		return isoAt(this.#parts.clock);
	}

	#today(): string {
		return eightDigitDay(this.#parts.clock);
	}
}
