import { Worker } from 'node:worker_threads';
import { Refusal } from '#domain/base/refusal.ts';
import type { Ask, ErrorAnswer, WorkerSettings } from './messages.ts';

/** A failure of the database, with SQLite's code. */
export class DatabaseError extends Error {
	readonly code: string | undefined;
	readonly errcode: number | undefined;

	constructor({ message, code, errcode }: ErrorAnswer) {
		super(message);
		this.name = 'DatabaseError';
		this.code = code;
		this.errcode = errcode;
	}
}

/** One worker with one connection. Asks are answered in the order they were sent. */
export class WorkerConnection {
	#worker: Worker;
	#waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
	#next = 1;
	#failure: Error | undefined;
	#isClosing = false;

	constructor(settings: WorkerSettings, onFailed: (error: Error) => void) {
		this.#worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), { workerData: settings });
		this.#worker.unref();
		this.#worker.on(
			'message',
			({ id, result, error }: { id: number; result?: never; error?: ErrorAnswer }) => {
				const waiting = this.#waiting.get(id);
				this.#waiting.delete(id);
				if (this.#waiting.size === 0) this.#worker.unref();
				if (error) waiting?.reject(new DatabaseError(error));
				else waiting?.resolve(result as never);
			},
		);
		const fail = (error: Error): void => {
			if (this.#failure) return;
			this.#fail(error);
			// A worker that ends as asked is no failure; its end may be told in the same breath as its last answer.
			if (!this.#isClosing) onFailed(error);
		};
		this.#worker.on('error', (error) => fail(error as Error));
		this.#worker.on('exit', () => fail(new Error('the database worker ended')));
	}

	/** How many asks wait for an answer. */
	get pending(): number {
		return this.#waiting.size;
	}

	/** Asks the worker; rejects with a {@link DatabaseError}, or when the worker is gone. */
	ask<T>(ask: Ask, transfer: readonly ArrayBuffer[] = []): Promise<T> {
		if (this.#failure) return Promise.reject(this.#failure);
		return new Promise<T>((resolve, reject) => {
			const id = this.#next++;
			// First, because a value that cannot be sent throws here and must not wait for ever.
			this.#worker.postMessage({ id, ask }, transfer);
			// A pending ask keeps the process alive; an idle worker does not.
			if (this.#waiting.size === 0) this.#worker.ref();
			this.#waiting.set(id, { resolve: resolve as (result: never) => void, reject });
		});
	}

	/** Closes the connection and ends the worker. Does nothing when the worker is gone. */
	async close(): Promise<void> {
		if (this.#failure) return;
		this.#isClosing = true;
		try {
			await this.ask({ kind: 'close' });
		} finally {
			await this.kill();
		}
	}

	/** Ends the worker at once; what waits is rejected. */
	async kill(): Promise<void> {
		this.#fail(new Refusal('storage.closed', {}, 503));
		await this.#worker.terminate();
	}

	#fail(error: Error): void {
		this.#failure ??= error;
		for (const waiting of this.#waiting.values()) waiting.reject(error);
		this.#waiting.clear();
	}
}
