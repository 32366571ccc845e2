import { parentPort } from 'node:worker_threads';
import { must } from '#domain/base/assert.ts';
import { folderStorage } from './folder-storage.ts';
import type { FileCheck } from './ocfl-content-check.ts';
import { inspectContent, inspectObject, type ContentOutcome, type ObjectOutcome } from './ocfl-verify-run.ts';
import { errorAnswer } from './worker-client.ts';

/** What a reader of a verification is asked. Paths in findings are below `base`. */
export interface ReadAsks {
	/** Whole objects, but for content beyond the budget. */
	objects: {
		ask: { readonly base: string; readonly objects: readonly string[] };
		answer: readonly ObjectOutcome[];
	};
	content: {
		ask: { readonly base: string; readonly checks: readonly FileCheck[] };
		answer: ContentOutcome;
	};
}

/** A larger object is shared with the other readers. */
const BUDGET = { files: 256, bytes: 32 * 1024 * 1024 };

const port = must(parentPort, 'this file runs as a worker');
const answers: { [Kind in keyof ReadAsks]: (ask: ReadAsks[Kind]['ask']) => ReadAsks[Kind]['answer'] } = {
	objects: ({ base, objects }) => objects.map((object) => inspectObject(folderStorage, base, object, BUDGET)),
	content: ({ base, checks }) => inspectContent(folderStorage, base, checks),
};
port.on('message', ({ id, kind, ask }: { id: number; kind: keyof ReadAsks; ask: never }) => {
	try {
		port.postMessage({ id, result: answers[kind](ask) });
	} catch (error) {
		port.postMessage({ id, error: errorAnswer(error) });
	}
});
