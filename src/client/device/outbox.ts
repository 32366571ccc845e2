import * as Y from 'yjs';
import { isRefusal } from '#domain/base/refusal.ts';

/** How long to wait before a device that could not write is tried again. */
const RETRY_MS = 3000;

export interface OutboxParts {
	/** Writes durably; resolves with the edit's number. */
	readonly append: (update: Uint8Array) => Promise<number>;
	/** Edits are joined up to this size; a message must hold them. */
	readonly maxBytes: number;
	/** The edit may be sent now. Without a number when the device could not write it: then only sending can save it. */
	readonly release: (update: Uint8Array, n: number | undefined) => void;
	/** Says that the device cannot write, and when it can again (undefined). */
	readonly onTrouble: (code: string | undefined) => void;
	readonly onChanged: () => void;
}

/**
 * The way of local edits of one document: first onto the device, then to the wire, in order. What comes while a write
 * is under way shares the next one. A device that cannot write does not hold an edit back from the server: it is
 * released, kept in memory, and written as soon as that works again unless the server has it by then.
 */
export class Outbox {
	#parts: OutboxParts;
	#queue: Uint8Array[] = [];
	/** Released without having been written. */
	#unwritten: Uint8Array[] = [];
	/** Edits whose write is under way. */
	#writing = 0;
	#pumping: Promise<void> | undefined;
	#retry: ReturnType<typeof setTimeout> | undefined;
	#isClosed = false;

	constructor(parts: OutboxParts) {
		this.#parts = parts;
	}

	/** Edits that are not on the device yet. */
	get pending(): number {
		return this.queued + this.#unwritten.length;
	}

	/** Edits that are not released yet. */
	get queued(): number {
		return this.#queue.length + this.#writing;
	}

	put(update: Uint8Array): void {
		this.#queue.push(update);
		this.#parts.onChanged();
		this.#pumping ??= this.#pump();
	}

	/** Resolves when everything put so far is released. */
	async released(): Promise<void> {
		while (this.#pumping) await this.#pumping;
	}

	/** The server has everything released so far: what could not be written need not be any more. */
	saved(): void {
		if (this.#unwritten.length === 0) return;
		this.#unwritten = [];
		this.#parts.onChanged();
	}

	/** What is nowhere but here, in order; only while nothing is being written. */
	get unwritten(): readonly Uint8Array[] {
		return this.#unwritten;
	}

	/** Adds edits that were not released, to be nowhere but here until they are let go, or written after all. */
	hold(updates: readonly Uint8Array[]): void {
		this.#unwritten = [...this.#unwritten, ...updates];
		if (this.#unwritten.length > 0) this.#writeSoon();
	}

	/** The first so many of what is nowhere but here lie somewhere else now. */
	letGo(count: number): void {
		this.#unwritten = this.#unwritten.slice(count);
	}

	close(): void {
		this.#isClosed = true;
		clearTimeout(this.#retry);
	}

	async #pump(): Promise<void> {
		while (this.#queue.length > 0) {
			const [update, count] = firstPiece(this.#queue, this.#parts.maxBytes);
			this.#queue = this.#queue.slice(count);
			this.#writing = count;
			let n: number | undefined;
			try {
				n = await this.#parts.append(update);
				if (this.#unwritten.length === 0) this.#parts.onTrouble(undefined);
			} catch (error) {
				this.#unwritten.push(update);
				this.#troubled(error);
			}
			this.#writing = 0;
			this.#parts.release(update, n);
			this.#parts.onChanged();
		}
		// In the same turn as the last look at the queue.
		this.#pumping = undefined;
	}

	#troubled(error: unknown): void {
		this.#parts.onTrouble(isRefusal(error) ? error.code : 'device.unusable');
		this.#writeSoon();
	}

	#writeSoon(): void {
		clearTimeout(this.#retry);
		if (!this.#isClosed) this.#retry = setTimeout(() => void this.#writeAgain(), RETRY_MS);
	}

	async #writeAgain(): Promise<void> {
		if (this.#unwritten.length === 0) return;
		const [update, count] = firstPiece(this.#unwritten, this.#parts.maxBytes);
		const batch = new Set(this.#unwritten.slice(0, count));
		try {
			await this.#parts.append(update);
		} catch (error) {
			this.#troubled(error);
			return;
		}
		// Written under a number nobody waits for: the push of what waits will send it again, which does no harm.
		// Others may have come meanwhile, or the server has taken these.
		this.#unwritten = this.#unwritten.filter((each) => !batch.has(each));
		this.#parts.onChanged();
		if (this.#unwritten.length > 0) return this.#writeAgain();
		this.#parts.onTrouble(undefined);
	}
}

/** The first of several updates joined, as many as the size allows and one at least; and how many they are. */
function firstPiece(updates: readonly Uint8Array[], maxBytes: number): [Uint8Array, number] {
	let bytes = 0;
	let count = 0;
	for (const each of updates) {
		if (count > 0 && bytes + each.byteLength > maxBytes) break;
		bytes += each.byteLength;
		count++;
	}
	const piece = updates.slice(0, count);
	return [piece.length === 1 ? (piece[0] as Uint8Array) : Y.mergeUpdates(piece), count];
}
