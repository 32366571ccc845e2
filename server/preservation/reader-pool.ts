import { availableParallelism } from 'node:os';
import type { ContentOutcome, ObjectOutcome } from './ocfl-verify-run.ts';
import type { ReadAnswers, ReadAsks } from './object-reading.ts';
import { WorkerClient } from './worker-client.ts';

/** Threads that read: more than a few only make a disk seek. */
export const READERS = Math.min(4, availableParallelism());
/** Asks sent to a reader ahead, so that it never waits for whoever asks. */
const AHEAD = 2;
/** Objects in an ask: enough that messages do not count, few enough that readers end together. */
export const OBJECTS = 16;

/** Takes what readers found out, in any order. */
export interface Taker {
	/** @param hasMore whether more of its content is still to be taken */
	took(object: string, outcome: ObjectOutcome, hasMore: boolean): void;
	tookContent(object: string, outcome: ContentOutcome): void;
}

interface Reader {
	readonly client: WorkerClient<ReadAsks>;
	asked: number;
}

/** Threads that read objects, several files at once. */
export class ReaderPool {
	readonly size: number;
	#here: ReadAnswers | undefined;
	#readers: Reader[] = [];
	#running = new Set<Promise<void>>();

	/** @param here reads in this thread, which is blocked meanwhile, in the place of others */
	constructor(here?: ReadAnswers) {
		this.#here = here;
		this.size = here ? 0 : READERS;
	}

	get #most(): number {
		return Math.max(1, this.size * AHEAD);
	}

	/** Lets work go on; waits as long as all readers are full. */
	async start(work: Promise<void>): Promise<void> {
		const running = work.finally(() => this.#running.delete(running));
		this.#running.add(running);
		// One failure is enough to be heard of; those after it have nobody left who waits.
		running.catch(() => undefined);
		while (this.#running.size >= this.#most) await Promise.race(this.#running);
	}

	/** Resolves when all that was started has ended. */
	async settle(): Promise<void> {
		while (this.#running.size) await Promise.race(this.#running);
	}

	/** Reads objects whole; what is left of a large one is shared among all readers. */
	async readObjects(base: string, objects: readonly string[], taker: Taker): Promise<void> {
		const outcomes = await this.#ask('objects', { base, objects });
		for (const [index, outcome] of outcomes.entries()) {
			const object = objects[index] as string;
			taker.took(object, outcome, outcome.shares.length > 0);
			await this.#readShares(base, object, outcome.shares, taker);
		}
	}

	/** Looks at all of objects but their content. */
	async readStructure(base: string, objects: readonly string[], taker: Taker): Promise<void> {
		const outcomes = await this.#ask('objects', { base, objects, isWithoutContent: true });
		for (const [index, outcome] of outcomes.entries()) taker.took(objects[index] as string, outcome, false);
	}

	async close(): Promise<void> {
		await Promise.all(this.#readers.map(({ client }) => client.close()));
	}

	async #readShares(base: string, object: string, shares: readonly string[], taker: Taker): Promise<void> {
		const left = shares.values();
		const read = async (): Promise<void> => {
			for (const share of left) await taker.tookContent(object, await this.#ask('content', { base, share }));
		};
		await Promise.all(Array.from({ length: Math.min(shares.length, this.#most) }, read));
	}

	async #ask<Kind extends keyof ReadAsks>(
		kind: Kind,
		ask: ReadAsks[Kind]['ask'],
	): Promise<ReadAsks[Kind]['answer']> {
		if (this.#here) return this.#here[kind](ask);
		const reader = this.#leastAsked();
		reader.asked++;
		try {
			return await reader.client.ask(kind, ask);
		} finally {
			reader.asked--;
		}
	}

	#leastAsked(): Reader {
		const least = this.#readers.toSorted((a, b) => a.asked - b.asked)[0];
		if (least && (least.asked === 0 || this.#readers.length === this.size)) return least;
		const file = new URL('./verify-read-worker.ts', import.meta.url);
		const reader = { client: new WorkerClient<ReadAsks>(file, {}), asked: 0 };
		this.#readers.push(reader);
		return reader;
	}
}
