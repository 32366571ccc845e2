/** Why a version was written. */
export type DepositReason = 'settled' | 'continuous' | 'shutdown' | 'demand' | 'registered';

interface Waiting {
	/** First edit since the last version, and the last one. */
	readonly firstMs: number;
	lastMs: number;
	/** Not before this, after a failure. */
	notBeforeMs: number;
	readonly reason: DepositReason | undefined;
}

interface Alarm {
	readonly atMs: number;
	readonly key: string;
	/** What the alarm was set for; another one under the key means that this alarm is void. */
	readonly waiting: Waiting;
}

/**
 * When edited things become due: after a time without edits, or at last after a time of continuous work.
 * Pure bookkeeping over a heap with one alarm for each thing waiting: a further edit only notes its time, because it can
 * move the moment later but never sooner, and an alarm that rings too early is set anew.
 */
export class DepositSchedule {
	#idleMs: number;
	readonly #continuousMs: number;
	#waiting = new Map<string, Waiting>();
	#heap: Alarm[] = [];

	constructor(times: { readonly idleMs: number; readonly continuousMs: number }) {
		this.#idleMs = times.idleMs;
		this.#continuousMs = times.continuousMs;
	}

	/** Things waiting. */
	get size(): number {
		return this.#waiting.size;
	}

	/** The moment at which something may be due; undefined when nothing waits. */
	get nextMs(): number | undefined {
		return this.#heap[0]?.atMs;
	}

	has(key: string): boolean {
		return this.#waiting.has(key);
	}

	/** It was edited. */
	note(key: string, nowMs: number): void {
		const waiting = this.#waiting.get(key);
		if (waiting && waiting.reason === undefined) waiting.lastMs = nowMs;
		else if (!waiting) this.#add(key, { firstMs: nowMs, lastMs: nowMs, notBeforeMs: 0, reason: undefined });
	}

	/** Due at a moment, whatever is edited until then: the next try after a failure. */
	later(key: string, atMs: number, reason: DepositReason): void {
		this.#add(key, { firstMs: atMs, lastMs: atMs, notBeforeMs: atMs, reason });
	}

	/** It is taken care of: waits no more. */
	forget(key: string): void {
		this.#waiting.delete(key);
		if (this.#waiting.size === 0) this.#heap.length = 0;
	}

	/** Takes out everything due. */
	takeDue(nowMs: number): { readonly key: string; readonly reason: DepositReason }[] {
		const due: { key: string; reason: DepositReason }[] = [];
		for (let top = this.#heap[0]; top && top.atMs <= nowMs; top = this.#heap[0]) {
			this.#pop();
			const waiting = this.#waiting.get(top.key);
			if (waiting !== top.waiting) continue;
			const atMs = this.#dueMs(waiting);
			if (atMs > nowMs) this.#push({ atMs, key: top.key, waiting });
			else {
				this.#waiting.delete(top.key);
				const isSettled = nowMs - waiting.lastMs >= this.#idleMs;
				due.push({ key: top.key, reason: waiting.reason ?? (isSettled ? 'settled' : 'continuous') });
			}
		}
		return due;
	}

	/** Takes out everything, due or not. */
	takeAll(): string[] {
		const keys = [...this.#waiting.keys()];
		this.#waiting.clear();
		this.#heap.length = 0;
		return keys;
	}

	/** Another idle time, for what waits already too. */
	setIdleMs(idleMs: number): void {
		this.#idleMs = idleMs;
		this.#heap.length = 0;
		for (const [key, waiting] of this.#waiting) this.#push({ atMs: this.#dueMs(waiting), key, waiting });
	}

	#add(key: string, waiting: Waiting): void {
		this.#waiting.set(key, waiting);
		this.#push({ atMs: this.#dueMs(waiting), key, waiting });
	}

	#dueMs({ firstMs, lastMs, notBeforeMs, reason }: Waiting): number {
		if (reason !== undefined) return notBeforeMs;
		return Math.min(lastMs + this.#idleMs, firstMs + this.#continuousMs);
	}

	#push(alarm: Alarm): void {
		const heap = this.#heap;
		let at = heap.push(alarm) - 1;
		while (at > 0) {
			const above = (at - 1) >> 1;
			if ((heap[above] as Alarm).atMs <= alarm.atMs) break;
			heap[at] = heap[above] as Alarm;
			at = above;
		}
		heap[at] = alarm;
	}

	#pop(): void {
		const heap = this.#heap;
		const last = heap.pop() as Alarm;
		if (heap.length === 0) return;
		let at = 0;
		for (let below = 1; below < heap.length; below = at * 2 + 1) {
			const right = heap[below + 1];
			if (right && right.atMs < (heap[below] as Alarm).atMs) below++;
			if ((heap[below] as Alarm).atMs >= last.atMs) break;
			heap[at] = heap[below] as Alarm;
			at = below;
		}
		heap[at] = last;
	}
}
