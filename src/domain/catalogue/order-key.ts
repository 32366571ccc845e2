import { generateKeyBetween, generateNKeysBetween } from 'fractional-indexing';

/**
 * Keys that order siblings without renumbering: plain strings, compared by code unit, with room between any two.
 * Two people may make the same key for the same gap; the entry id then decides.
 */
export function orderKeyBetween(before: string | null, after: string | null): string {
	return generateKeyBetween(before, after);
}

/** `count` keys between two others, evenly spread. */
export function orderKeysBetween(before: string | null, after: string | null, count: number): string[] {
	return generateNKeysBetween(before, after, count);
}
