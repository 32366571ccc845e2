import type * as Y from 'yjs';
import type { Actor } from '#domain/base/actor.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { Clock } from '#domain/base/clock.ts';
import { isoAt } from '#domain/base/clock.ts';
import type { UpdateLog } from '#server/storage/update-log.ts';
import { DocGate, hasNothingNew, type Judging, type Judge } from './doc-gate.ts';
import { judgeEntry } from './entry-rules.ts';
import { isPurgedRefusal } from './purge/refuse-purged.ts';
import { judgeReview } from './review-rules.ts';
import { parseDocName } from '#sync/entry-doc.ts';

/**
 * Documents being edited that keep a copy for their gate. A copy takes as much memory as its document, and is built again
 * in a moment.
 */
const MAX_GATES = 1000;

/** Called after an update was logged. */
export type OnLogged = (docName: string, seq: number, actor: Actor) => void;

/** An update that is in the log. */
export interface Taken {
	readonly seq: number;
	/** To be called once the update is applied to the document. */
	readonly settle: () => void;
}

/**
 * The way into the log for updates of loaded documents: judge, append, and only then let them be applied.
 * When the log fails, the caller is told, so that sockets are closed and people keep what they typed.
 */
export class LiveDocs {
	#log: UpdateLog;
	#clock: Clock;
	/** The longest unused first. */
	#gates = new Map<Y.Doc, DocGate>();
	#heldSeqs = new WeakMap<Y.Doc, number>();
	#onLogged: OnLogged;
	#onLogFailed: (error: Error) => void;
	#pending = new Map<Promise<number>, Y.Doc>();
	/** Documents of registered entries. */
	#registered = new WeakSet<Y.Doc>();
	/** Documents that take nothing just now, and when they do again. */
	#still = new Map<Y.Doc, Promise<void>>();
	/** Who waits until nothing of a document is under way. */
	#waiting = new Map<Y.Doc, (() => void)[]>();

	constructor(parts: {
		log: UpdateLog;
		clock: Clock;
		onLogged: OnLogged;
		onLogFailed: (error: Error) => void;
	}) {
		this.#log = parts.log;
		this.#clock = parts.clock;
		this.#onLogged = parts.onLogged;
		this.#onLogFailed = parts.onLogFailed;
	}

	/**
	 * Takes an update: resolves once it is durable. The caller then applies it and settles it.
	 * Resolves with undefined when the update holds nothing new and all that it repeats is durable.
	 * @throws {Refusal} what {@link DocGate.check} refuses, 'permissions.registered' (403), or 'collaboration.log-failed' (503)
	 */
	async take(
		docName: string,
		document: Y.Doc,
		payload: Uint8Array,
		actor: Actor,
		judging: Judging = 'update',
	): Promise<Taken | undefined> {
		for (let still; (still = this.#still.get(document));) await still;
		if (this.#registered.has(document) && !mayChangeRegistered(actor, judging)) {
			if (!hasNothingNew(document, payload)) throw new Refusal('permissions.registered', {}, 403);
			await this.#allLogged(document);
			return undefined;
		}
		const gate = this.#gateOf(docName, document);
		const checked = gate.check(payload, actor, judging);
		if (!checked) {
			await this.#allLogged(document);
			return undefined;
		}
		const append = this.#log.append({
			doc: docName,
			payload,
			actor,
			receivedAt: isoAt(this.#clock),
			changes: checked.changes,
		});
		this.#pending.set(append, document);
		try {
			const seq = await append;
			return {
				seq,
				settle: () => {
					gate.settle(payload, true);
					this.#settled(document);
					this.loaded(document, Math.max(seq, this.heldSeq(document)));
					this.#onLogged(docName, seq, actor);
				},
			};
		} catch (error) {
			gate.settle(payload, false);
			this.#settled(document);
			if (isPurgedRefusal(error)) throw error;
			const reason = error instanceof Error ? error : new Error(String(error));
			this.#onLogFailed(reason);
			throw logFailed(reason);
		} finally {
			this.#pending.delete(append);
		}
	}

	/** The document was filled from the log up to a position. */
	loaded(document: Y.Doc, seq: number): void {
		this.#heldSeqs.set(document, seq);
	}

	/** Up to which position of the log the document holds everything, while it is not busy. */
	heldSeq(document: Y.Doc): number {
		return this.#heldSeqs.get(document) ?? 0;
	}

	/** True while an update of this document is judged good but not yet applied. */
	isBusy(document: Y.Doc): boolean {
		return this.#gates.get(document)?.isBusy ?? false;
	}

	/** The entry is registered: its document takes corrections that somebody else approved, and nothing else. */
	registered(document: Y.Doc): void {
		this.#registered.add(document);
	}

	/**
	 * Runs while the document takes nothing and nothing of it is under way; what comes meanwhile waits and is judged
	 * afterwards.
	 */
	async whileStill(document: Y.Doc, run: () => Promise<void>): Promise<void> {
		for (let still; (still = this.#still.get(document));) await still;
		const { promise, resolve } = Promise.withResolvers<void>();
		this.#still.set(document, promise);
		try {
			while (this.isBusy(document))
				await new Promise<void>((free) => {
					const waiting = this.#waiting.get(document);
					if (waiting) waiting.push(free);
					else this.#waiting.set(document, [free]);
				});
			await run();
		} finally {
			this.#still.delete(document);
			resolve();
		}
	}

	/** Frees what is kept for a document that leaves memory. */
	forget(document: Y.Doc): void {
		this.#gates.get(document)?.destroy();
		this.#gates.delete(document);
		this.#settled(document);
	}

	/** Resolves when no append is under way. */
	async drained(): Promise<void> {
		while (this.#pending.size > 0) await Promise.allSettled([...this.#pending.keys()]);
	}

	/** What is judged "nothing new" may repeat an update that is still under way: it is safe only when that one is. */
	async #allLogged(document: Y.Doc): Promise<void> {
		const under = [...this.#pending].filter(([, each]) => each === document).map(([append]) => append);
		try {
			await Promise.all(under);
		} catch (error) {
			throw logFailed(error instanceof Error ? error : new Error(String(error)));
		}
	}

	#settled(document: Y.Doc): void {
		if (this.isBusy(document)) return;
		for (const free of this.#waiting.get(document) ?? []) free();
		this.#waiting.delete(document);
	}

	#gateOf(docName: string, document: Y.Doc): DocGate {
		const gate = this.#gates.get(document) ?? new DocGate(document, judgeOf(docName));
		this.#gates.delete(document);
		this.#gates.set(document, gate);
		if (this.#gates.size > MAX_GATES) this.#forgetOldest();
		return gate;
	}

	#forgetOldest(): void {
		for (const [document, gate] of this.#gates) {
			if (gate.isBusy) continue;
			this.forget(document);
			return;
		}
	}
}

/**
 * Whether somebody's change may enter a registered entry: one that two people stand for, or what a restored log has lost.
 */
export function mayChangeRegistered(actor: Actor, judging: Judging): boolean {
	if (judging === 'beginning' || (typeof judging === 'object' && 'recorded' in judging)) return true;
	return /^(proposal|order|undo-order):/.test(actor.via ?? '');
}

function judgeOf(docName: string): Judge {
	return parseDocName(docName)?.kind === 'review' ? judgeReview : judgeEntry;
}

/** The log could not be written. */
export function logFailed(reason: Error): Refusal {
	return new Refusal('collaboration.log-failed', { reason: reason.message }, 503);
}
