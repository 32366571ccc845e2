import { isRefusal } from '#domain/base/refusal.ts';
import type { EntryId } from '#domain/base/ids.ts';
import type { Ask } from './requests.ts';

/** What was seen gathers so long before it is told. */
const GATHER_MS = 1000;
/** Visits of one request at most. */
const MAX_BATCH = 200;
/** Under this name the device keeps what is not told yet. */
const FACT = 'visits';

/** Answers that will be the same the next time. */
const NEVER_TAKEN = ['server.bad-request', 'permissions.denied'];

interface Seen {
	readonly seq: number;
	readonly at: string;
	/** Lists show a dot for it. */
	readonly hadNews: boolean;
}

/**
 * Tells the server what the person has seen of entries, so that it can say what is new. What cannot be told waits on the
 * device.
 */
export class Visits {
	#parts: ConstructorParameters<typeof Visits>[0];
	#waiting = new Map<EntryId, Seen>();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#isSending = false;
	#isClosed = false;

	constructor(parts: {
		readonly ask: Ask;
		readonly store: {
			fact<T>(key: string): Promise<T | undefined>;
			keepFact(key: string, value: unknown): Promise<void>;
		};
		readonly now: () => Date;
		/** The device does not keep what waits. */
		readonly onTrouble: (code: string) => void;
		/** The server knows, and lists show it. */
		readonly onTold: (ids: readonly EntryId[]) => void;
	}) {
		this.#parts = parts;
	}

	/** Takes up what an earlier tab could not tell. */
	async start(): Promise<void> {
		const kept = await this.#onDevice(() =>
			this.#parts.store.fact<readonly (readonly [EntryId, Seen])[]>(FACT),
		);
		for (const [id, seen] of kept ?? []) this.#add(id, seen);
		await this.send();
	}

	/** The person has seen an entry up to a log position. */
	seen(id: EntryId, seq: number, hadNews: boolean): void {
		if (this.#isClosed) return;
		this.#add(id, { seq, at: this.#parts.now().toISOString(), hadNews });
		void this.#keep();
		this.#timer ??= setTimeout(() => void this.send(), GATHER_MS);
	}

	/** Tells what waits, if the server answers. */
	async send(): Promise<void> {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		if (this.#isSending || this.#isClosed) return;
		this.#isSending = true;
		try {
			while (this.#waiting.size > 0 && (await this.#sendSome()));
		} finally {
			this.#isSending = false;
		}
	}

	close(): void {
		this.#isClosed = true;
		clearTimeout(this.#timer);
	}

	#add(id: EntryId, seen: Seen): void {
		const known = this.#waiting.get(id);
		this.#waiting.set(id, {
			seq: Math.max(seen.seq, known?.seq ?? 0),
			at: seen.at,
			hadNews: seen.hadNews || (known?.hadNews ?? false),
		});
	}

	/** @returns whether the rest may be told too */
	async #sendSome(): Promise<boolean> {
		const batch = [...this.#waiting].slice(0, MAX_BATCH);
		let isTold = true;
		try {
			await this.#parts.ask('/api/visits', {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ visits: batch.map(([entryId, { seq, at }]) => ({ entryId, seq, at })) }),
			});
		} catch (error) {
			if (!isRefusal(error)) throw error;
			// What the server will never take is not offered for ever; everything else waits.
			if (!NEVER_TAKEN.includes(error.code)) return false;
			isTold = false;
		}
		for (const [id, seen] of batch) if (this.#waiting.get(id) === seen) this.#waiting.delete(id);
		await this.#keep();
		const shown = batch.flatMap(([id, { hadNews }]) => (hadNews ? [id] : []));
		if (isTold && shown.length > 0 && !this.#isClosed) this.#parts.onTold(shown);
		return true;
	}

	async #keep(): Promise<void> {
		await this.#onDevice(() => this.#parts.store.keepFact(FACT, [...this.#waiting]));
	}

	async #onDevice<T>(run: () => Promise<T>): Promise<T | undefined> {
		try {
			return await run();
		} catch (error) {
			if (!isRefusal(error)) throw error;
			this.#parts.onTrouble(error.code);
			return undefined;
		}
	}
}
