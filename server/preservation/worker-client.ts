import { Worker, type ResourceLimits } from 'node:worker_threads';
import { Refusal, type Params } from '#domain/base/refusal.ts';

/** An error as it crosses between threads. */
export interface ErrorAnswer {
	readonly name: string;
	readonly message: string;
	readonly code: string | undefined;
	readonly params: Params | undefined;
	readonly status: number | undefined;
}

/** What is told of an error to another thread. */
export function errorAnswer(error: unknown): ErrorAnswer {
	const { name, message, code, params, status } = error as Partial<ErrorAnswer>;
	return { name: name ?? 'Error', message: message ?? String(error), code, params, status };
}

/** The error another thread told of: a Refusal again, or an error with its code (`ENOSPC` …). */
export function errorOf({ name, message, code, params, status }: ErrorAnswer): Error {
	if (name === 'Refusal' && code) return new Refusal(code, params, status);
	return Object.assign(new Error(message), code === undefined ? {} : { code });
}

interface Answer {
	readonly id: number;
	readonly progress?: unknown;
	readonly result?: never;
	readonly error?: ErrorAnswer;
}

/**
 * A worker that answers asks in the order they were sent. One that dies fails what it was asked, and the next ask begins
 * another.
 */
export class WorkerClient<Asks extends { readonly [Kind in keyof Asks]: { ask: unknown; answer: unknown } }> {
	#file: URL;
	#data: unknown;
	#limits: ResourceLimits;
	#worker: Worker | undefined;
	#waiting = new Map<
		number,
		{
			readonly resolve: (result: never) => void;
			readonly reject: (error: Error) => void;
			readonly onProgress: ((progress: unknown) => void) | undefined;
		}
	>();
	#next = 1;
	#isClosed = false;

	/** @param limits a worker that needs more ends with `ERR_WORKER_OUT_OF_MEMORY`, and nothing else does */
	constructor(file: URL, data: unknown, limits: ResourceLimits = {}) {
		this.#file = file;
		this.#data = data;
		this.#limits = limits;
	}

	/** @param onProgress gets what the worker says before it answers */
	ask<Kind extends keyof Asks & string>(
		kind: Kind,
		ask: Asks[Kind]['ask'],
		onProgress?: (progress: unknown) => void,
	): Promise<Asks[Kind]['answer']> {
		if (this.#isClosed) return Promise.reject(new Error('the archival store is closed'));
		const worker = (this.#worker ??= this.#start());
		return new Promise((resolve, reject) => {
			const id = this.#next++;
			// First, because a value that cannot be sent throws here and must not wait for ever.
			worker.postMessage({ id, kind, ask });
			// What is asked keeps the process alive, an idle worker does not.
			if (this.#waiting.size === 0) worker.ref();
			this.#waiting.set(id, { resolve, reject, onProgress });
		});
	}

	/** Ends the worker where it is. */
	async close(): Promise<void> {
		this.#isClosed = true;
		await this.#worker?.terminate();
	}

	#start(): Worker {
		const worker = new Worker(this.#file, { workerData: this.#data, resourceLimits: this.#limits });
		worker.unref();
		worker.on('message', ({ id, progress, result, error }: Answer) => {
			const waiting = this.#waiting.get(id);
			if (progress !== undefined) return waiting?.onProgress?.(progress);
			this.#waiting.delete(id);
			if (this.#waiting.size === 0) worker.unref();
			if (error) waiting?.reject(errorOf(error));
			else waiting?.resolve(result as never);
		});
		const fail = (error: Error): void => {
			if (this.#worker !== worker) return;
			this.#worker = undefined;
			for (const { reject } of this.#waiting.values()) reject(error);
			this.#waiting.clear();
		};
		worker.on('error', (error) => fail(error as Error));
		worker.on('exit', () => fail(new Error('the worker of the archival store ended')));
		return worker;
	}
}
