import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import type { Attribution } from '#domain/catalogue/rows.ts';
import {
	isEmptyThread,
	threadsOf,
	type CommentAnchor,
	type CommentThread,
} from '#domain/collaboration/comments.ts';
import type { ReviewEvent } from '#domain/collaboration/review-event.ts';
import { proposalsOf, type Proposal } from '#domain/collaboration/proposals.ts';
import { eventsOf, reviewDocName } from '#sync/review-doc.ts';
import {
	EntryConnection,
	type ConnectionFacts,
	type EntryDevice,
	type TabConnection,
} from './entry-connection.ts';
import { Live } from './live.svelte.ts';
import { serverClock } from './server-clock.ts';

/** An event without what every event has. */
type Said = ReviewEvent extends infer E
	? E extends ReviewEvent
		? Omit<E, 'id' | 'by' | 'at'>
		: never
	: never;

export interface ReviewSessionParts {
	readonly id: EntryId;
	readonly me: { readonly id: string };
	readonly connection: TabConnection;
	readonly device: EntryDevice;
	readonly title: () => string;
	/** By event id, by the server's record. */
	readonly attributions: () => Readonly<Record<string, Attribution>>;
	readonly onChanged: () => void;
}

/** What is said about an open entry: threads that people write in, online and offline. */
export class ReviewSession {
	#parts: ReviewSessionParts;
	#doc = new Y.Doc();
	#connection: EntryConnection;
	#facts = $state.raw<ConnectionFacts>();
	#events: Live<readonly ReviewEvent[]>;
	/** Passages whose words are nowhere any more, as far as an editor has looked. */
	orphans = $state.raw<ReadonlySet<string>>(new Set());

	constructor(parts: ReviewSessionParts) {
		this.#parts = parts;
		this.#events = new Live(eventsOf(this.#doc) as Y.AbstractType<unknown>, () =>
			eventsOf(this.#doc).toArray(),
		);
		this.#connection = new EntryConnection({
			key: reviewDocName(parts.id),
			mayWrite: (card) => card.can.comment,
			startsEmpty: true,
			doc: this.#doc,
			connection: parts.connection,
			device: parts.device,
			title: parts.title,
			onLoaded: () => undefined,
			onWritten: () => undefined,
			onRead: () => undefined,
			onChanged: (facts) => {
				this.#facts = facts;
				parts.onChanged();
			},
		});
		void this.#connection.start();
	}

	/** Threads with something to read, the oldest first. */
	get threads(): readonly CommentThread[] {
		return threadsOf(this.#events.current, this.#position).filter((thread) => !isEmptyThread(thread));
	}

	/** Proposals, the oldest first. */
	get proposals(): readonly Proposal[] {
		return proposalsOf(this.#events.current, this.#position);
	}

	/** Also while nobody has answered yet: what is written meanwhile must not vanish and come back. */
	get canComment(): boolean {
		const facts = this.#facts;
		return !facts?.isReadOnly && facts?.phase !== 'refused' && facts?.phase !== 'gone';
	}

	/** Refusal code of why what was said was not taken. */
	get reason(): string | undefined {
		return this.#facts?.phase === 'refused' ? this.#facts.reason : undefined;
	}

	get unsent(): number {
		return this.#facts?.unsent ?? 0;
	}

	get unwritten(): number {
		return this.#facts?.unwritten ?? 0;
	}

	unwrittenUpdates(): Promise<readonly Uint8Array[]> {
		return this.#connection.unwrittenUpdates();
	}

	/** Resolves when everything said so far is on the device, or known not to be. */
	released(): Promise<void> {
		return this.#connection.released();
	}

	/** Begins a thread. @returns its id */
	begin(anchor: CommentAnchor, text: string, mentions: readonly string[]): string {
		const id = createId<string>();
		this.#add({ kind: 'comment', thread: id, anchor, text, mentions }, id);
		return id;
	}

	answer(thread: string, text: string, mentions: readonly string[]): void {
		this.#add({ kind: 'comment', thread, text, mentions });
	}

	revise(of: string, text: string, mentions: readonly string[]): void {
		this.#add({ kind: 'revision', of, text, mentions });
	}

	withdraw(of: string): void {
		this.#add({ kind: 'withdrawal', of });
	}

	resolve(of: string, isResolved: boolean): void {
		this.#add({ kind: 'resolution', of, isResolved });
	}

	propose({ values, texts, fork }: Pick<Proposal, 'values' | 'texts' | 'fork'>, why: string): void {
		this.#add({ kind: 'proposal', values, texts, fork, why });
	}

	/** An editor has looked for the passages of a text: these it did not find. */
	looked(field: string, missing: ReadonlySet<string>): void {
		const inField = this.threads.flatMap(({ id, anchor }) =>
			anchor.kind === 'passage' && anchor.field === field ? [id] : [],
		);
		const others = [...this.orphans].filter((id) => !inField.includes(id));
		const found = new Set([...others, ...missing]);
		if (found.size !== this.orphans.size || [...found].some((id) => !this.orphans.has(id)))
			this.orphans = found;
	}

	close(): void {
		this.#connection.close();
		this.#doc.destroy();
	}

	#position = ({ id }: ReviewEvent): number => this.#parts.attributions()[id]?.seq ?? Number.MAX_SAFE_INTEGER;

	#add(said: Said, id: string = createId<string>()): void {
		const event = { id, by: this.#parts.me.id, at: serverClock.isoNow(), ...said } as ReviewEvent;
		this.#doc.transact(() => eventsOf(this.#doc).push([event]), this);
	}
}
