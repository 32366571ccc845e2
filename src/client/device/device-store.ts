import type { EntryId } from '#domain/base/ids.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import type { EntryDetail } from '#domain/catalogue/rows.ts';
import type { DocKey } from '#sync/entry-doc.ts';
import type { HeldDraft } from './draft-places.ts';
import type { Draft } from './drafts.ts';

/** A readable edit inside kept or exported work, so that it can be typed again by hand if all else fails. */
export interface ReadableEdit {
	readonly field: FieldKey;
	readonly value: FieldValue;
	/** As far as the device knows the time, ISO UTC. */
	readonly at: string;
}

/** Work the server would not take. */
export interface KeptWork {
	readonly doc: DocKey;
	readonly title: string;
	/** Refusal code. */
	readonly code: string;
	/** When it was refused, ISO UTC as far as the device knows. */
	readonly at: string;
	/** Yjs updates in base64. */
	readonly updates: readonly string[];
	readonly edits: readonly ReadableEdit[];
}

/** An edit that waits for the server. */
export interface WaitingUpdate {
	/** Grows in the order of writing, over all tabs. */
	readonly n: number;
	readonly doc: DocKey;
	/** Milliseconds by the server's clock, as far as is known. */
	readonly at: number;
	readonly update: Uint8Array;
	readonly isSent: boolean;
}

/** Work on the device that does not open: it was damaged, or sealed with another key. */
export interface SealedWork {
	readonly doc: DocKey;
	readonly sealed: Uint8Array;
}

export interface StoredDoc {
	/** Yjs state that the server has; undefined when only edits are here. */
	readonly state: Uint8Array | undefined;
	readonly seq: number;
	readonly lineage: string;
	/** In order. */
	readonly updates: readonly WaitingUpdate[];
}

/** How much waits for the server. */
export interface Waiting {
	readonly count: number;
	/** Of the oldest, milliseconds by the server's clock as far as is known; undefined when nothing waits. */
	readonly oldestAt: number | undefined;
}

/**
 * What a device holds of live documents. Every edit is appended before it is sent; what `append` has answered survives
 * the tab, the browser and the power (in memory, for pages without secure context, only the page's life).
 * Throws a Refusal, `device.full`, `device.newer` or `device.unusable`, when the device does not do it.
 */
export interface DeviceStore {
	/** False: nothing outlives the page. */
	readonly isDurable: boolean;
	load(doc: DocKey): Promise<StoredDoc | undefined>;
	/** @returns the edit's number, once it is durable */
	append(doc: DocKey, update: Uint8Array): Promise<number>;
	/** The server has these edits. They stay until the next {@link keepState}. */
	markSent(numbers: readonly number[]): Promise<void>;
	/**
	 * Joins a state that the server has with the one known, and forgets the edits it holds. All or nothing, except that
	 * without room for the state, or when the known one does not open, the edits go all the same: the server has them.
	 */
	keepState(
		doc: DocKey,
		state: Uint8Array,
		facts: { readonly lineage: string; readonly seq?: number },
		holds: readonly number[],
	): Promise<void>;
	/** Edits not sent yet, oldest first; what does not open is left out, as with what was put away and with cards. */
	waiting(): Promise<WaitingUpdate[]>;
	/** Calls at once and after every change, in any tab; returns the end of it. */
	watchWaiting(listener: (waiting: Waiting) => void): () => void;
	/**
	 * Puts edits away that the server refused, in one step with what is sent instead of them. The server answers over the
	 * socket, over HTTP and to every tab: when another answer had all of these edits put away, nothing is done.
	 * @param numbers of those edits of the work that are on the device
	 */
	keep(
		work: KeptWork,
		numbers: readonly number[],
		instead?: { readonly doc: DocKey; readonly update: Uint8Array },
	): Promise<void>;
	kept(): Promise<(KeptWork & { readonly n: number })[]>;
	watchKept(listener: (count: number) => void): () => void;
	/** Takes kept work back among the edits that wait. */
	offerAgain(n: number): Promise<void>;
	discardKept(n: number): Promise<void>;
	/** What waits or was put away and does not open. */
	damaged(): Promise<SealedWork[]>;
	keepCard(detail: EntryDetail): Promise<void>;
	card(id: EntryId): Promise<EntryDetail | undefined>;
	cards(): Promise<EntryDetail[]>;
	/** Documents whose state belongs to another history of the log than the given one. */
	docsOfOtherLineage(lineage: string): Promise<DocKey[]>;
	/**
	 * Has logged edits wait again whose document is not of this history of the log, or has no state: a server that was
	 * restored may have lost them, and has those it did not lose once all the same.
	 */
	waitAgain(lineage: string): Promise<void>;
	/** Drops what is held of an entry, unless edits wait; its card stays while work of it is put away. */
	forget(doc: DocKey): Promise<void>;
	/**
	 * Removes all there is of entries whose content was purged, also what waits, was put away, or is being written, and
	 * the cards of entries below them, which name them. Nothing of them is taken any more: a write that was under way, in
	 * any tab, is dropped without a word, except the card that says what stood there.
	 * @returns of how many of the entries something was removed that were not purged here before
	 */
	purge(ids: readonly EntryId[]): Promise<number>;
	/** Takes them again: the server's log has another history now, which says anew what was purged. */
	forgetPurged(): Promise<void>;
	fact<T>(key: string): Promise<T | undefined>;
	/** `null`: forgets it. */
	keepFact(key: string, value: unknown): Promise<void>;
	/**
	 * Holds a place of a draft, which no other open page writes then: the first with words, or else an empty one.
	 * @param wantsEmpty words are kept beside all there are
	 */
	holdDraft(draft: string, wantsEmpty?: boolean): Promise<HeldDraft>;
	/** What somebody writes and has not handed in. */
	drafts(): Promise<Draft[]>;
	/** Resolves when the device takes what an edit may need. */
	checkRoom(): Promise<void>;
	close(): void;
}
