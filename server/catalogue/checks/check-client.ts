import { Worker } from 'node:worker_threads';
import type { CheckAsks } from './check-asks.ts';

interface Waiting {
	readonly resolve: (result: never) => void;
	readonly reject: (error: Error) => void;
}

/** The worker of checks, with a read-only connection of its own. One that dies fails what it was asked. */
export class CheckClient {
	readonly #file: string;
	#worker: Worker | undefined;
	#waiting: Waiting | undefined;
	#next = 1;
	#isClosed = false;

	/** @param file the database */
	constructor(file: string) {
		this.#file = file;
	}

	/** True once it was asked, until it ends. */
	get isRunning(): boolean {
		return this.#worker !== undefined;
	}

	/** Asks one thing at a time. */
	ask<Kind extends keyof CheckAsks & string>(
		kind: Kind,
		ask: CheckAsks[Kind]['ask'],
	): Promise<CheckAsks[Kind]['answer']> {
		if (this.#isClosed || this.#waiting) return Promise.reject(new Error('checks are closed or busy'));
		const worker = (this.#worker ??= this.#start());
		return new Promise((resolve, reject) => {
			worker.postMessage({ id: this.#next++, kind, ask });
			worker.ref();
			this.#waiting = { resolve, reject };
		});
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		await this.#worker?.terminate();
	}

	#start(): Worker {
		const worker = new Worker(new URL('./check-worker.ts', import.meta.url), {
			workerData: { file: this.#file },
		});
		worker.unref();
		const settle = (): Waiting | undefined => {
			const waiting = this.#waiting;
			this.#waiting = undefined;
			worker.unref();
			return waiting;
		};
		worker.on('message', ({ result, error }: { result?: never; error?: string }) => {
			if (error === undefined) settle()?.resolve(result as never);
			else settle()?.reject(new Error(error));
		});
		const fail = (error: Error): void => {
			if (this.#worker !== worker) return;
			this.#worker = undefined;
			settle()?.reject(error);
		};
		worker.on('error', (error) => fail(error as Error));
		worker.on('exit', () => fail(new Error('the worker of checks ended')));
		return worker;
	}
}
