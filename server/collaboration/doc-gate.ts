import * as Y from 'yjs';
import type { Actor } from '#domain/base/actor.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { MAX_UPDATE_BYTES } from '#sync/entry-doc.ts';
import { MAX_STATE_BYTES } from '#sync/sync-messages.ts';
import type { NewChange } from '#server/storage/update-log.ts';
import { refuseTooLarge } from './gate-apply.ts';

/**
 * How an update is judged: `update`, the sender's own work · {@link Recovery}, which gives back what a restored log has
 * lost, whoever had set it · `beginning`, a recovered state that is all there is of an entry and so brings its `meta` too ·
 * {@link HandedIn}, work of somebody else · `server`, what only the server may say.
 */
export type Judging = 'update' | 'beginning' | 'server' | Recovery | HandedIn;

/** What a device gives back after a restore. */
export interface Recovery {
	/** Elements whose setting is recorded already. */
	readonly recorded: ReadonlySet<string>;
}

/** Work that somebody else could not send: their elements may be in it besides the sender's. */
export interface HandedIn {
	/** Ids or names of the person it is handed in for. */
	readonly alsoBy: readonly string[];
}

/** What an update does, found before it is logged. `undefined` changes: it holds nothing new. */
export type Checked = { readonly changes: readonly NewChange[] } | undefined;

/** Judges an update by applying it to a copy. Throws a refusal; the copy is of no use then. */
export type Judge = (copy: Y.Doc, payload: Uint8Array, actor: Actor, judging: Judging) => Checked;

/**
 * Decides what may enter a document. It keeps a copy of the document that is always ahead of or equal to what
 * is logged: each update is applied to the copy first and judged by what it really changed, so nothing can hide in the
 * encoding. A refused update spoils the copy, which is then built again.
 */
export class DocGate {
	#document: Y.Doc;
	#judge: Judge;
	#copy: Y.Doc | undefined;
	/** Updates judged good whose commit is still under way, in order. */
	#inFlight: Uint8Array[] = [];

	/** @param document the live document: holds all that is logged and applied */
	constructor(document: Y.Doc, judge: Judge) {
		this.#document = document;
		this.#judge = judge;
	}

	/** True while an accepted update is not yet in the live document. */
	get isBusy(): boolean {
		return this.#inFlight.length > 0;
	}

	/**
	 * Judges an update and, unless it holds nothing new, marks it as under way until {@link settle}.
	 * @throws {Refusal} 'collaboration.update-too-large' and what is refused by {@link Judge}
	 */
	check(payload: Uint8Array, actor: Actor, judging: Judging = 'update'): Checked {
		// Whole states, and work that was too large for the line, come by themselves.
		const limit = judging === 'update' ? MAX_UPDATE_BYTES : MAX_STATE_BYTES;
		refuseTooLarge(payload, limit);
		const copy = (this.#copy ??= this.#build());
		try {
			const checked = this.#judge(copy, payload, actor, judging);
			if (checked) this.#inFlight.push(payload);
			return checked;
		} catch (error) {
			this.#copy?.destroy();
			this.#copy = undefined;
			throw error;
		}
	}

	/** The update is in the live document, or its commit failed. */
	settle(payload: Uint8Array, isLogged: boolean): void {
		this.#inFlight = this.#inFlight.filter((each) => each !== payload);
		if (isLogged) return;
		this.#copy?.destroy();
		this.#copy = undefined;
	}

	/** Frees the copy. */
	destroy(): void {
		this.#copy?.destroy();
		this.#copy = undefined;
		this.#inFlight = [];
	}

	#build(): Y.Doc {
		const copy = new Y.Doc();
		Y.applyUpdate(copy, Y.encodeStateAsUpdate(this.#document));
		for (const payload of this.#inFlight) Y.applyUpdate(copy, payload);
		return copy;
	}
}

/**
 * True when a document already holds all of an update.
 * @throws {Refusal} 'collaboration.malformed-update'
 */
export function hasNothingNew(document: Y.Doc, payload: Uint8Array): boolean {
	try {
		return Y.snapshotContainsUpdate(Y.snapshot(document), payload);
	} catch (error) {
		throw new Refusal('collaboration.malformed-update', {
			reason: error instanceof Error ? error.message : String(error),
		});
	}
}
