import { parentPort } from 'node:worker_threads';
import * as Y from 'yjs';
import { must } from '#domain/base/assert.ts';
import { readEntryDoc } from '#sync/entry-doc.ts';
import type { FieldElement } from '#sync/field-values.ts';
import { contestedElements } from '#server/catalogue/chosen-values.ts';
import { keepReplaced, readKept, type AskedSetting } from '#server/catalogue/replaced-values.ts';
import { errorAnswer } from '#server/preservation/worker-client.ts';
import type { LoggedUpdate } from '#server/storage/update-log.ts';
import { snapshotOf, type Difference } from './snapshot.ts';

/** A row of the log on its way to the worker. */
export type Row = Pick<LoggedUpdate, 'seq' | 'kind' | 'payload'>;

/** Everything the worker of compaction is asked. One document at a time. */
export interface CompactAsks {
	/** Takes rows of the document, in order. */
	add: { ask: { readonly rows: readonly Row[] }; answer: void };
	/** Makes the snapshot of the rows taken, and forgets them. */
	make: {
		ask: {
			readonly docName: string;
			/** What its last snapshot kept. */
			readonly kept: string | undefined;
			readonly asked: readonly AskedSetting[];
		};
		answer: Made | { readonly difference: Difference };
	};
	/** Forgets the rows taken. */
	drop: { ask: undefined; answer: void };
}

/** A snapshot, proven. */
export interface Made {
	readonly seq: number;
	readonly payload: Uint8Array<ArrayBuffer>;
	readonly kept: string;
	/** Elements of which the log must say the same as before. */
	readonly contested: readonly FieldElement[];
	/** What it stands for. */
	readonly rows: number;
	readonly bytes: number;
}

const port = must(parentPort, 'this file runs as a worker');
let taken: Row[] = [];

const answers: {
	[Kind in keyof CompactAsks]: (ask: CompactAsks[Kind]['ask']) => CompactAsks[Kind]['answer'];
} = {
	add({ rows }) {
		taken.push(...rows);
	},
	make({ docName, kept, asked }) {
		const rows = taken;
		taken = [];
		const doc = new Y.Doc({ guid: docName });
		try {
			for (const { payload } of rows) Y.applyUpdate(doc, payload);
			const made = snapshotOf(doc);
			if ('difference' in made) return made;
			return {
				seq: must(rows.at(-1), 'a document has rows').seq,
				payload: new Uint8Array(made.payload),
				kept: JSON.stringify(keepReplaced(rows, readKept(kept), asked)),
				contested: contestedElements(readEntryDoc(doc)),
				rows: rows.length,
				bytes: rows.reduce((sum, { payload }) => sum + payload.byteLength, 0),
			};
		} finally {
			doc.destroy();
		}
	},
	drop() {
		taken = [];
	},
};

port.on('message', ({ id, kind, ask }: { id: number; kind: keyof CompactAsks; ask: never }) => {
	try {
		port.postMessage({ id, result: answers[kind](ask) });
	} catch (error) {
		port.postMessage({ id, error: errorAnswer(error) });
	}
});
