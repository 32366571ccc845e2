/** A value SQLite binds. */
export type Bound = string | number | bigint | null | Uint8Array;

/** A statement with its parameters. */
export interface Bind {
	readonly sql: string;
	readonly params: readonly Bound[];
}

/** A logged update on its way to the writer. */
export interface AppendMessage {
	readonly doc: string;
	readonly actorId: string;
	readonly actorName: string;
	readonly via: string | null;
	readonly receivedAt: string;
	readonly changes: readonly {
		readonly elementId: string;
		readonly field: string;
		readonly fromValues: string;
		readonly toValue: string;
		readonly claimedBy: string;
		readonly claimedAt: string;
		readonly isOnlyOnce?: boolean;
	}[];
	/** Write only when the document has no update yet. */
	readonly onlyFirst: boolean;
}

/** What a worker is asked. */
export type Ask =
	| { readonly kind: 'query'; readonly bind: Bind }
	| {
			readonly kind: 'batch';
			/** Each text once: sent with every statement they outweigh the parameters. */
			readonly sqls: readonly string[];
			/** Which text each statement is, and its parameters. */
			readonly order: readonly number[];
			readonly params: readonly (readonly Bound[])[];
	  }
	| {
			readonly kind: 'bulk';
			readonly inserts: readonly { readonly sql: string; readonly rows: readonly (readonly Bound[])[] }[];
	  }
	| {
			readonly kind: 'append';
			/** {@link AppendMessage}s as one JSON text: a list of objects takes twice as long to send. */
			readonly updates: string;
			/** Their payloads, one after the other. */
			readonly payloads: Uint8Array;
			readonly lengths: readonly number[];
	  }
	| {
			readonly kind: 'replace';
			readonly doc: string;
			readonly seq: number;
			readonly payload: Uint8Array;
			readonly kept: string;
			readonly at: string;
	  }
	| { readonly kind: 'end'; readonly how: 'commit' | 'rollback' }
	| { readonly kind: 'scrub' }
	| { readonly kind: 'close' };

/** Rows, and what a write did. */
export interface QueryAnswer {
	readonly rows: readonly Record<string, unknown>[];
	readonly changes: number;
	readonly lastInsertRowid: number;
}

/** One answer for each appended update: its position, and whether this call wrote it; purged entries take none. */
export type AppendAnswer = readonly {
	readonly seq: number;
	readonly wrote: boolean;
	readonly isPurged?: boolean;
}[];

export interface ErrorAnswer {
	readonly message: string;
	readonly code: string | undefined;
	/** SQLite's primary result code, e.g. 13 for a full disk. */
	readonly errcode: number | undefined;
}

/** What a worker is told when it starts. */
export interface WorkerSettings {
	readonly file: string;
	readonly isWriter: boolean;
	readonly synchronous: 'full' | 'normal' | 'off';
}
