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
		answer: readonly SharedOutcome[];
	};
	content: {
		ask: { readonly base: string; readonly share: string };
		answer: ContentOutcome;
	};
}

/** What was found out about an object, and what is left of a large one, in shares for other readers. */
export interface SharedOutcome extends ObjectOutcome {
	/** Lists of checks as JSON: to send one text costs next to nothing, to send many small things does not. */
	readonly shares: readonly string[];
}

/** A larger object is shared with the other readers. */
const BUDGET = { files: 256, bytes: 32 * 1024 * 1024 };
/** Content files in a share, at most; and shares of an object, at least, as far as it has so many files. */
const SHARE = { files: 256, count: 16 };

const port = must(parentPort, 'this file runs as a worker');
const answers: { [Kind in keyof ReadAsks]: (ask: ReadAsks[Kind]['ask']) => ReadAsks[Kind]['answer'] } = {
	objects: ({ base, objects }) =>
		objects.map((object) => {
			const outcome = inspectObject(folderStorage, base, object, BUDGET);
			return { ...outcome, rest: [], shares: sharesOf(outcome.rest) };
		}),
	content: ({ base, share }) => inspectContent(folderStorage, base, JSON.parse(share) as FileCheck[]),
};
port.on('message', ({ id, kind, ask }: { id: number; kind: keyof ReadAsks; ask: never }) => {
	try {
		port.postMessage({ id, result: answers[kind](ask) });
	} catch (error) {
		port.postMessage({ id, error: errorAnswer(error) });
	}
});

function sharesOf(rest: readonly FileCheck[]): string[] {
	const size = Math.min(SHARE.files, Math.ceil(rest.length / SHARE.count));
	const shares: string[] = [];
	for (let at = 0; at < rest.length; at += size) shares.push(JSON.stringify(rest.slice(at, at + size)));
	return shares;
}
