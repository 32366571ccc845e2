import type { FileCheck } from './ocfl-content-check.ts';
import type { OcflStorage } from './ocfl-storage.ts';
import { inspectContent, inspectObject, type ContentOutcome, type ObjectOutcome } from './ocfl-verify-run.ts';

/** What a reader is asked. Paths in findings are below `base`. */
export interface ReadAsks {
	/** Whole objects, but for content beyond the budget. */
	objects: {
		ask: {
			readonly base: string;
			readonly objects: readonly string[];
			/** Everything but content. */
			readonly isWithoutContent?: boolean;
		};
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
const NO_CONTENT = { files: 0, bytes: 0 };
/** Content files in a share, at most; and shares of an object, at least, as far as it has so many files. */
const SHARE = { files: 256, count: 16 };

/** What a reader answers. */
export type ReadAnswers = {
	readonly [Kind in keyof ReadAsks]: (ask: ReadAsks[Kind]['ask']) => ReadAsks[Kind]['answer'];
};

/** Answers what a reader is asked. Blocks. */
export function readAnswers(storage: OcflStorage): ReadAnswers {
	return {
		objects: ({ base, objects, isWithoutContent }) =>
			objects.map((object) => {
				const outcome = inspectObject(storage, base, object, isWithoutContent ? NO_CONTENT : BUDGET);
				return { ...outcome, rest: [], shares: isWithoutContent ? [] : sharesOf(outcome.rest) };
			}),
		content: ({ base, share }) => inspectContent(storage, base, JSON.parse(share) as FileCheck[]),
	};
}

function sharesOf(rest: readonly FileCheck[]): string[] {
	const size = Math.min(SHARE.files, Math.ceil(rest.length / SHARE.count));
	const shares: string[] = [];
	for (let at = 0; at < rest.length; at += size) shares.push(JSON.stringify(rest.slice(at, at + size)));
	return shares;
}
