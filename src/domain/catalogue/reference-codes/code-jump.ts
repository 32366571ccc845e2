import type { NumberRange } from './code-block.ts';

/** Fewer numbers missing in a row are told as a gap and hold nobody up. */
const LEAST_MISSING = 100;

/** Numbers missing in a row, so many that the one after them looks like a slip. */
export interface CodeJump extends NumberRange {
	readonly groupKey: string;
}

/**
 * Whether numbers missing in a row look like a slip of the one after them: a hundred or more, and more than the group has
 * below them. Numbers only ever go on above it, so a slip uses up all of them.
 * @param below how many different numbers the group has below; where it has none it begins there, which is no jump
 */
export function isJump({ from, to }: NumberRange, below: number): boolean {
	const missing = to - from + 1;
	return below > 0 && missing >= LEAST_MISSING && missing > below;
}

/** Whether ranges leave no number out, from the first to the last. */
export function covers(ranges: readonly NumberRange[], { from, to }: NumberRange): boolean {
	let next = from;
	for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
		if (range.from > next) return false;
		next = Math.max(next, range.to + 1);
	}
	return next > to;
}
