import type { Actor } from '#domain/base/actor.ts';

/** A setting found in an update, to be written beside it. Values are JSON text. */
export interface NewChange {
	readonly elementId: string;
	readonly field: string;
	/** JSON array of the values it replaced. */
	readonly fromValues: string;
	readonly toValue: string;
	readonly claimedBy: string;
	readonly claimedAt: string;
	/** Left out when a setting of this element is recorded already. */
	readonly isOnlyOnce?: boolean;
}

export interface NewUpdate {
	readonly doc: string;
	/** A Yjs update, format 1. */
	readonly payload: Uint8Array;
	readonly actor: Actor;
	/** ISO UTC, by the clock of the server. */
	readonly receivedAt: string;
	readonly changes: readonly NewChange[];
}

export interface LoggedUpdate {
	readonly seq: number;
	readonly kind: 'update' | 'snapshot';
	readonly payload: Uint8Array;
	readonly actor: Actor;
	readonly receivedAt: string;
}

/** A whole state of a document, to stand for all of its rows. */
export interface NewSnapshot {
	readonly doc: string;
	/** The document's last position, which stays its last one. */
	readonly seq: number;
	/** A Yjs update, format 1. */
	readonly payload: Uint8Array;
	/** What is still asked of the rows it stands for; read back by {@link UpdateLog.kept}. */
	readonly kept: string;
	/** ISO UTC. */
	readonly at: string;
}

/**
 * The durable log of live documents. Positions (`seq`) grow over the whole archive in the order of appending.
 * What `append` and `begin` have resolved survives the process and the power.
 */
export interface UpdateLog {
	/**
	 * Appends; resolves with the position after the commit. Appends of one turn share one commit (group commit) and
	 * keep their order. Rejects when the commit failed: then nothing of that group was written, nor of what waited for the same documents.
	 * @throws {Refusal} 'catalogue.purged' (410) for a document of an entry whose content was purged; so does {@link begin}
	 */
	append(update: NewUpdate): Promise<number>;
	/**
	 * Appends the first update of a document, unless it has one already; in either case resolves with the position of
	 * the first row that the document has, and whether this call wrote it. Two callers at once: exactly one begins.
	 */
	begin(update: NewUpdate): Promise<{ readonly seq: number; readonly began: boolean }>;
	/**
	 * A document's updates after a position, oldest first, from its last snapshot on; so many at most. Empty: no such
	 * document.
	 */
	read(doc: string, afterSeq?: number, limit?: number): Promise<LoggedUpdate[]>;
	/** The same of many documents at once; without those that have none. */
	readMany(docs: readonly string[]): Promise<ReadonlyMap<string, readonly LoggedUpdate[]>>;
	/** The last position of a document, 0 when it has none. */
	head(doc: string): Promise<number>;
	/**
	 * Puts a snapshot in the place of all rows of a document, in one step; they are kept aside. False, and nothing
	 * changed, when the document has another last position by now, or a snapshot there already.
	 */
	replace(snapshot: NewSnapshot): Promise<boolean>;
	/** What its snapshot kept of a document. Read after {@link read}: then it lacks nothing that rows do not say. */
	kept(doc: string): Promise<string | undefined>;
}
