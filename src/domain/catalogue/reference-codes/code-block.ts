/** Blocks of numbers that are kept for somebody who goes offline: the shapes that server, device and pages share. */
import type { EntryId } from '../../base/ids.ts';
import type { FieldKey, FieldValue } from '../entry.ts';
import type { NumberPartId } from './code-parts.ts';

/** Numbers, both ends included. */
export interface NumberRange {
	readonly from: number;
	readonly to: number;
}

/** A block as it was reserved. */
export interface CodeBlock extends NumberRange {
	readonly id: string;
	readonly groupKey: string;
	/** The code of each number, in order. */
	readonly codes: readonly string[];
}

/** Where entries with numbers of a block belong, and what they say so that their codes are of its group. */
export interface BlockPlace {
	readonly parentId: EntryId | null;
	readonly level: string;
	readonly profile: string;
	/** Parts of the code that entries there say themselves, but for the last number. */
	readonly fields: Readonly<Record<FieldKey, FieldValue>>;
	/** The field of the last number. */
	readonly final: NumberPartId;
	/** Order key of the last entry there: what is made offline stands behind it. Empty when nothing is there. */
	readonly lastOrder: string;
}

/** A block as a device takes it along. */
export interface ReservedBlock extends CodeBlock {
	readonly place: BlockPlace;
}

/** A block that was not given back, as the server tells of it. */
export interface OpenBlock extends NumberRange {
	readonly id: string;
	readonly groupKey: string;
	readonly personId: string;
	readonly personName: string;
	/** ISO UTC. */
	readonly at: string;
	readonly why: string;
}

/** Whether a number lies in one of several ranges. */
export function isWithin(number: number, ranges: readonly NumberRange[]): boolean {
	return ranges.some(({ from, to }) => number >= from && number <= to);
}

/**
 * The number so many places further on, where numbers kept for others are passed over: what keeps their order keeps its
 * distance, too.
 * @param number in none of the ranges
 */
export function numberAfter(number: number, places: number, kept: readonly NumberRange[]): number {
	let at = number;
	let left = places;
	for (const { from, to } of kept.toSorted((a, b) => a.from - b.from)) {
		if (to <= at) continue;
		const between = Math.max(0, from - 1 - at);
		if (left <= between) break;
		left -= between;
		at = to;
	}
	return at + left;
}
