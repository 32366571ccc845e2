import { Worker } from 'node:worker_threads';
import { isoAt, systemClock } from '#domain/base/clock.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { LogCopyAnswer, LogCopyAsk, LogCopySettings } from './log-copy-worker.ts';

/** How the second place of the log is doing. */
export interface LogCopyStatus {
	readonly folder: string;
	readonly state: 'ok' | 'failing';
	readonly reason: string | undefined;
	readonly sinceAt: string | undefined;
	/** Position up to which it has the log. */
	readonly position: number;
}

interface Waiting {
	readonly seq: number;
	readonly resolve: () => void;
	readonly reject: (error: Error) => void;
}

/** A disk that does not answer for so long is failing: editing does not wait for it. */
const LIMIT_MS = 3000;
const RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;

/**
 * The log in a second place: follows the positions of the first, so that what it missed while it was away is caught up
 * when it is back. Whoever appended waits until it is there, one write for all who wait.
 */
export class LogCopy {
	#settings: LogCopySettings;
	#isStrict: boolean;
	#wasBegun: boolean;
	#onBegun: () => Promise<unknown>;
	#worker: Worker | undefined;
	#waiting: Waiting[] = [];
	#position = 0;
	#wanted = 0;
	#isRunning = false;
	#failure: { readonly error: Error; readonly reason: string; readonly sinceAt: string } | undefined;
	#tries = 0;
	#timer: NodeJS.Timeout | undefined;
	#isClosed = false;
	#turn: Promise<LogCopyAnswer> = Promise.resolve({ last: 0, hasMore: false });

	/**
	 * @param isStrict whether nothing is acknowledged that is not there
	 * @param onBegun told once it is there: from then on an empty folder is a disk that is not mounted
	 */
	constructor(
		settings: LogCopySettings,
		options: {
			readonly isStrict: boolean;
			readonly wasBegun: boolean;
			readonly onBegun: () => Promise<unknown>;
		},
	) {
		this.#settings = settings;
		this.#isStrict = options.isStrict;
		this.#wasBegun = options.wasBegun;
		this.#onBegun = options.onBegun;
		void this.#run();
	}

	status(): LogCopyStatus {
		return {
			folder: this.#settings.folder,
			state: this.#failure ? 'failing' : 'ok',
			reason: this.#failure?.reason,
			sinceAt: this.#failure?.sinceAt,
			position: this.#position,
		};
	}

	/**
	 * Resolves when a position is in the second place; while that fails at once, unless it is strict: then it rejects.
	 */
	reached(seq: number): Promise<void> {
		this.#wanted = Math.max(this.#wanted, seq);
		if (seq <= this.#position || (this.#failure && !this.#isStrict)) return Promise.resolve();
		return new Promise((resolve, reject) => {
			this.#waiting.push({ seq, resolve, reject });
			void this.#run();
		});
	}

	/** Rejects when it is strict and nothing can be written there. */
	async tryWriting(): Promise<void> {
		if (!this.#isStrict) return;
		await this.#run();
		if (this.#failure) throw this.#failure.error;
	}

	/**
	 * Takes all updates of documents out of it, from every segment.
	 * @throws {Refusal} 'storage.log-copy-unreadable' naming bytes that may be of them, and may be all there is of other
	 * work; and with the system's code when it is away or cannot be written
	 */
	async purge(docs: readonly string[]): Promise<void> {
		const answer = await this.#ask({ purge: docs });
		if ('error' in answer)
			throw Object.assign(new Error(answer.error.message), { code: answer.error.code ?? 'EIO' });
		const [first] = answer.unreadable ?? [];
		if (first) throw new Refusal('storage.log-copy-unreadable', { ...first }, 500);
	}

	/** Writes what is left, if it can, and ends; what is being written, as the beginning of the copy, is waited for. */
	async close(): Promise<void> {
		if (!this.#failure && this.#isRunning) await this.#answered();
		if (!this.#failure && this.#position < this.#wanted)
			await this.reached(this.#wanted).catch(() => undefined);
		this.#isClosed = true;
		clearTimeout(this.#timer);
		await this.#worker?.terminate();
	}

	async #run(): Promise<void> {
		if (this.#isRunning || this.#isClosed) return;
		this.#isRunning = true;
		clearTimeout(this.#timer);
		const late = setTimeout(() => this.#failed('ETIMEDOUT', 'the disk does not answer'), LIMIT_MS);
		late.unref();
		const wanted = this.#wanted;
		const answer = await this.#ask({});
		clearTimeout(late);
		this.#isRunning = false;
		if (this.#isClosed) return;
		if ('error' in answer) {
			this.#failed(answer.error.code, answer.error.message);
			this.#timer = setTimeout(
				() => void this.#run(),
				Math.min(RETRY_MS * 2 ** this.#tries++, LONGEST_RETRY_MS),
			);
			this.#timer.unref();
			return;
		}
		if (!this.#wasBegun) {
			// Where that cannot be written either, the next answer says it again.
			this.#wasBegun = await this.#onBegun().then(
				() => true,
				() => false,
			);
		}
		// At the end of the log there is nothing left to wait for of what was in it when it was asked: what the copy has not
		// was purged meanwhile.
		const position = answer.hasMore ? answer.last : Math.max(answer.last, wanted);
		this.#position = position;
		const there = this.#waiting.filter(({ seq }) => seq <= position);
		this.#waiting = this.#waiting.filter(({ seq }) => seq > position);
		for (const { resolve } of there) resolve();
		// A long way behind, as in the beginning: people do not wait for it.
		if (answer.hasMore && !this.#isStrict) this.#failed('catching-up', 'the copy of the log is catching up');
		if (answer.hasMore || this.#waiting.length > 0) return this.#run();
		this.#tries = 0;
		this.#failure = undefined;
	}

	#failed(code: string | undefined, message: string): void {
		const error = Object.assign(new Error(message), code === undefined ? {} : { code });
		const sinceAt = this.#failure?.sinceAt ?? isoAt(systemClock);
		this.#failure = { error, reason: code ?? message, sinceAt };
		const waiting = this.#waiting;
		this.#waiting = [];
		for (const { resolve, reject } of waiting)
			if (this.#isStrict) reject(error);
			else resolve();
	}

	/** The answer to what was asked last, or a disk that does not answer. */
	async #answered(): Promise<void> {
		let late: NodeJS.Timeout | undefined;
		await Promise.race([this.#turn, new Promise<void>((resolve) => (late = setTimeout(resolve, LIMIT_MS)))]);
		clearTimeout(late);
	}

	/** One after the other: an answer belongs to the last ask. */
	#ask(what: Pick<LogCopyAsk, 'purge'>): Promise<LogCopyAnswer> {
		return (this.#turn = this.#turn.then(() => this.#send(what)));
	}

	#send(what: Pick<LogCopyAsk, 'purge'>): Promise<LogCopyAnswer> {
		const worker = (this.#worker ??= this.#start());
		return new Promise((resolve) => {
			const ended = (): void =>
				resolve({ error: { code: undefined, message: 'the worker of the log copy ended' } });
			worker.once('exit', ended);
			worker.once('message', (answer: LogCopyAnswer) => {
				worker.off('exit', ended);
				resolve(answer);
			});
			worker.postMessage({ ...what, wasBegun: this.#wasBegun, at: isoAt(systemClock) });
		});
	}

	#start(): Worker {
		const worker = new Worker(new URL('./log-copy-worker.ts', import.meta.url), {
			workerData: this.#settings,
		});
		worker.unref();
		worker.on('error', () => (this.#worker = undefined));
		worker.on('exit', () => (this.#worker = undefined));
		return worker;
	}
}
