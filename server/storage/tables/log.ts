import type { Generated } from 'kysely';

/** The durable log: what the server acknowledged, in order. Never changed; a compaction moves cold rows to `log_cold`. */
export interface LogUpdateTable {
	/** Position in the log of the whole archive. */
	seq: Generated<number>;
	doc: string;
	/** `update`, or `snapshot`: a whole state in the place of the rows up to its position. */
	kind: string;
	payload: Uint8Array;
	actor_id: string;
	actor_name: string;
	/** `import`, `cli`, `server` or null for a person in the workspace. */
	via: string | null;
	received_at: string;
}

/** What is kept of the payloads of a document's cold rows. */
export interface LogKeptTable {
	doc: string;
	/** JSON: `Kept` of `catalogue/replaced-values.ts`. */
	kept: string;
}

/** The last position of each live document. */
export interface LogHeadTable {
	doc: string;
	seq: number;
	updates: number;
	bytes: number;
}

/** Every accepted setting of a field, for good. Written in the transaction of its log row. */
export interface EntryChangeTable {
	id: Generated<number>;
	doc: string;
	seq: number;
	element_id: string;
	field: string;
	/** JSON array of the values this setting replaced, in log order. */
	from_values: string;
	/** JSON value set. */
	to_value: string;
	actor_id: string;
	actor_name: string;
	via: string | null;
	received_at: string;
	/** What the device said: `by` and `at` of the element. */
	claimed_by: string;
	claimed_at: string;
}

/** What a batch of updates was answered, so that the same batch gets the same answer. Kept for a month. */
export interface PushBatchTable {
	person_id: string;
	device: string;
	batch_id: string;
	/** SHA-256 of what was sent, hex: a batch id used again for other work is noticed. */
	digest: string;
	/** JSON: BatchResult[]. */
	results: string;
	at: string;
}

/** Rows that a snapshot stands for. Who wrote when stays for good, the payload for a time. */
export interface LogColdTable extends Omit<LogUpdateTable, 'seq' | 'payload'> {
	id: Generated<number>;
	seq: number;
	/** Null once it is not needed any more to go back before the compaction. */
	payload: Uint8Array | null;
	taken_at: string;
}

/** Every update that was ever logged, whatever became of its payload. */
export type LogLineView = Pick<
	LogColdTable,
	'seq' | 'doc' | 'actor_id' | 'actor_name' | 'via' | 'received_at'
>;
