import type { Params } from '#domain/base/refusal.ts';

/** Everything that can be said of a bag; the words are `bag_problem_…` in the messages of the terminal. */
export const BAG_PROBLEMS = [
	'declaration-missing',
	'declaration-bom',
	'declaration-malformed',
	'version-unknown',
	'encoding-unknown',
	'encoding-discouraged',
	'payload-folder-missing',
	'manifest-missing',
	'manifest-malformed',
	'algorithm-unknown',
	'algorithm-weak',
	'algorithm-twice',
	'checksum-malformed',
	'checksum-differs',
	'file-missing',
	'file-not-fetched',
	'file-unlisted',
	'file-changed',
	'system-file-missing',
	'listed-twice',
	'listed-twice-differently',
	'path-outside',
	'path-malformed',
	'path-not-payload',
	'path-dot-slash',
	'path-asterisk',
	'path-percent',
	'name-encoding',
	'name-case-clash',
	'name-normalization-clash',
	'name-normalization-differs',
	'tag-manifest-missing',
	'tag-manifest-lists-payload',
	'tag-manifest-lists-tag-manifest',
	'tag-manifest-lacks-manifest',
	'tag-unlisted',
	'tag-bom',
	'tag-encoding',
	'tag-line-too-long',
	'info-malformed',
	'info-spacing',
	'info-repeated',
	'oxum-malformed',
	'oxum-differs',
	'fetch-malformed',
	'fetch-unlisted',
	'fetch-length-differs',
	'link',
	'special-file',
	'packed-without-folder',
	'packed-twice',
	'packed-outside',
	'packed-encrypted',
] as const;
export type BagProblemCode = (typeof BAG_PROBLEMS)[number];

/** One thing that is wrong with a bag, or that somebody should look at. */
export interface BagProblem {
	readonly code: BagProblemCode;
	readonly severity: 'error' | 'warning';
	/** The file that says it, by its path in the bag. */
	readonly file: string;
	/** Line of a tag file, from 1; 0 when it is about the whole file. */
	readonly line: number;
	readonly params: Params;
}

/** More of one severity are counted only: a bag of a million wrong files must not fill the memory. */
const MOST = 1_000;

/** Collects problems while a bag is read. */
export class BagProblems {
	readonly #kept: Record<BagProblem['severity'], BagProblem[]> = { error: [], warning: [] };
	errors = 0;
	warnings = 0;

	add({ severity, ...rest }: BagProblem): void {
		if (severity === 'error') this.errors++;
		else this.warnings++;
		const kept = this.#kept[severity];
		if (kept.length < MOST) kept.push({ severity, ...rest });
	}

	error(code: BagProblemCode, file: string, line = 0, params: Params = {}): void {
		this.add({ code, severity: 'error', file, line, params });
	}

	warn(code: BagProblemCode, file: string, line = 0, params: Params = {}): void {
		this.add({ code, severity: 'warning', file, line, params });
	}

	/** Errors first, each by file and line. */
	list(): BagProblem[] {
		const byPlace = (a: BagProblem, b: BagProblem): number =>
			a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line;
		return [...this.#kept.error.toSorted(byPlace), ...this.#kept.warning.toSorted(byPlace)];
	}
}
