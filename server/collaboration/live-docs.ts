import type * as Y from 'yjs';
import type { Actor } from '#domain/base/actor.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { Clock } from '#domain/base/clock.ts';
import { isoAt } from '#domain/base/clock.ts';
import type { UpdateLog } from '#server/storage/update-log.ts';
import { DocGate, type AlsoBy } from './doc-gate.ts';

/** Called after an update was logged. */
export type OnLogged = (docName: string, seq: number, actor: Actor) => void;

/**
 * The way into the log for updates of loaded documents: judge, append, and only then let them be applied.
 * When the log fails, the caller is told, so that sockets are closed and people keep what they typed.
 */
export class LiveDocs {
	#log: UpdateLog;
	#clock: Clock;
	#gates = new Map<Y.Doc, DocGate>();
	#onLogged: OnLogged;
	#onLogFailed: (error: Error) => void;
	#pending = new Set<Promise<unknown>>();

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
	 * Takes an update: resolves once it is durable. The caller then applies it and calls the returned function.
	 * Resolves with undefined when the update holds nothing new.
	 * @throws {Refusal} what {@link DocGate.check} refuses, or 'collaboration.log-failed' (503)
	 */
	async take(
		docName: string,
		document: Y.Doc,
		payload: Uint8Array,
		actor: Actor,
		alsoBy: AlsoBy = [],
	): Promise<(() => void) | undefined> {
		const gate = this.#gateOf(document);
		const checked = gate.check(payload, actor, alsoBy);
		if (!checked) return undefined;
		const append = this.#log.append({
			doc: docName,
			payload,
			actor,
			receivedAt: isoAt(this.#clock),
			changes: checked.changes,
		});
		this.#pending.add(append);
		try {
			const seq = await append;
			return () => {
				gate.settle(payload, true);
				this.#onLogged(docName, seq, actor);
			};
		} catch (error) {
			gate.settle(payload, false);
			const reason = error instanceof Error ? error : new Error(String(error));
			this.#onLogFailed(reason);
			throw new Refusal('collaboration.log-failed', { reason: reason.message }, 503);
		} finally {
			this.#pending.delete(append);
		}
	}

	/** True while an update of this document is judged good but not yet applied. */
	isBusy(document: Y.Doc): boolean {
		return this.#gates.get(document)?.isBusy ?? false;
	}

	/** Frees what is kept for a document that leaves memory. */
	forget(document: Y.Doc): void {
		this.#gates.get(document)?.destroy();
		this.#gates.delete(document);
	}

	/** Resolves when no append is under way. */
	async drained(): Promise<void> {
		while (this.#pending.size > 0) await Promise.allSettled([...this.#pending]);
	}

	#gateOf(document: Y.Doc): DocGate {
		let gate = this.#gates.get(document);
		if (!gate) this.#gates.set(document, (gate = new DocGate(document)));
		return gate;
	}
}
