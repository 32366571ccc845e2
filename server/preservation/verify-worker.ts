import { availableParallelism } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { must } from '#domain/base/assert.ts';
import { folderStorage } from './folder-storage.ts';
import { VerifyRun, type Verdict } from './ocfl-verify-run.ts';
import type { ReadAsks } from './verify-read-worker.ts';
import { errorAnswer, WorkerClient } from './worker-client.ts';

/** What the verify worker is asked. It is not the deposit worker: reading a whole store must not keep versions waiting. */
export interface VerifyAsks {
	verify: {
		ask: { readonly path: string; readonly againMs: number; readonly as?: 'root' | 'object' };
		answer: Verdict;
	};
}

/** Threads that read: more than a few only make a disk seek. */
const READERS = Math.min(4, availableParallelism());
/** Asks sent to a reader ahead, so that it never waits for this thread. */
const AHEAD = 2;
/** Objects in an ask: enough that messages do not count, few enough that readers end together. */
const OBJECTS = 16;
const PROGRESS_MS = 200;

const port = must(parentPort, 'this file runs as a worker');
port.on('message', ({ id, ask }: { id: number; ask: VerifyAsks['verify']['ask'] }) => {
	const started = new Pool((progress) => port.postMessage({ id, progress }));
	started
		.verify(ask)
		.then((result) => port.postMessage({ id, result }))
		.catch((error: unknown) => port.postMessage({ id, error: errorAnswer(error) }));
});

/** Verifies with several readers at once. This thread walks the root, and waits when all of them have enough to do. */
class Pool {
	#readers: { readonly client: WorkerClient<ReadAsks>; asked: number }[] = [];
	#running = new Set<Promise<void>>();
	#onProgress: (progress: unknown) => void;
	#toldAt = 0;

	constructor(onProgress: (progress: unknown) => void) {
		this.#onProgress = onProgress;
	}

	async verify({ path, againMs, as }: VerifyAsks['verify']['ask']): Promise<Verdict> {
		const options = as === undefined ? {} : { as };
		try {
			const first = await this.#look(new VerifyRun(folderStorage, path, options));
			const verdict = first.verdict();
			if (verdict.valid || !againMs) return verdict;
			await wait(againMs);
			return (await this.#look(new VerifyRun(folderStorage, path, options, first))).verdict();
		} finally {
			await Promise.all(this.#readers.map(({ client }) => client.close()));
		}
	}

	async #look(run: VerifyRun): Promise<VerifyRun> {
		let objects: string[] = [];
		for (const object of run.objects()) {
			objects.push(object);
			// The first ask is small: a root with few objects has them read at once by all.
			if (objects.length < Math.min(OBJECTS, run.progress.objects / READERS)) continue;
			await this.#start(this.#readObjects(run, objects));
			objects = [];
		}
		if (objects.length) await this.#start(this.#readObjects(run, objects));
		while (this.#running.size) await Promise.race(this.#running);
		return run;
	}

	/** Lets work go on; waits as long as all readers are full. */
	async #start(work: Promise<void>): Promise<void> {
		const running = work.finally(() => this.#running.delete(running));
		this.#running.add(running);
		// One failure is enough to be heard of; those after it have nobody left who waits.
		running.catch(() => undefined);
		while (this.#running.size >= READERS * AHEAD) await Promise.race(this.#running);
	}

	async #readObjects(run: VerifyRun, objects: readonly string[]): Promise<void> {
		const outcomes = await this.#ask('objects', { base: run.path, objects });
		for (const [index, outcome] of outcomes.entries()) {
			const object = must(objects[index], 'an object for each outcome');
			run.took(object, outcome, outcome.shares.length > 0);
			await this.#readShares(run, object, outcome.shares);
		}
		this.#tell(run);
	}

	/** What is left of a large object is read by all. */
	async #readShares(run: VerifyRun, object: string, shares: readonly string[]): Promise<void> {
		const left = shares.values();
		const read = async (): Promise<void> => {
			for (const share of left) {
				run.tookContent(object, await this.#ask('content', { base: run.path, share }));
				this.#tell(run);
			}
		};
		await Promise.all(Array.from({ length: Math.min(shares.length, READERS * AHEAD) }, read));
	}

	async #ask<Kind extends keyof ReadAsks>(
		kind: Kind,
		ask: ReadAsks[Kind]['ask'],
	): Promise<ReadAsks[Kind]['answer']> {
		const reader = this.#leastAsked();
		reader.asked++;
		try {
			return await reader.client.ask(kind, ask);
		} finally {
			reader.asked--;
		}
	}

	#leastAsked(): { readonly client: WorkerClient<ReadAsks>; asked: number } {
		const least = this.#readers.toSorted((a, b) => a.asked - b.asked)[0];
		if (least && (least.asked === 0 || this.#readers.length === READERS)) return least;
		const file = new URL('./verify-read-worker.ts', import.meta.url);
		const reader = { client: new WorkerClient<ReadAsks>(file, {}), asked: 0 };
		this.#readers.push(reader);
		return reader;
	}

	#tell(run: VerifyRun): void {
		if (Date.now() - this.#toldAt < PROGRESS_MS) return;
		this.#toldAt = Date.now();
		this.#onProgress(run.progress);
	}
}
