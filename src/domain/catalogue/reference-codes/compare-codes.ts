import { PART_ORDER, type CodeNumber, type CodeParts, type PartId } from './code-parts.ts';
import { retentionRank } from './code-terms.ts';
import type { PartValue } from './part-values.ts';
import { layoutOf } from './regime.ts';
import { regimeMeant, type RegimeRef } from './regimes.ts';
import { isDigit } from './signs.ts';

/** The parts of a regime in the order in which its codes are sorted. */
export function partOrderOf(ref: RegimeRef): readonly PartId[] {
	return layoutOf(regimeMeant(ref)).order;
}

/**
 * The order of codes in lists and on shelves, by parts: numbers by value, inserted ones after theirs (`23`, `23甲`),
 * digits inside other parts by value as well, permanent before longer before shorter retention, a volume before what is
 * in it. A total order: 0 only for codes whose parts are written alike.
 */
export function compareCodes(a: CodeParts, b: CodeParts, order: readonly PartId[] = PART_ORDER): number {
	for (const id of order) {
		const mine = a[id] as PartValue | undefined;
		const theirs = b[id] as PartValue | undefined;
		if (mine === theirs) continue;
		if (mine === undefined) return -1;
		if (theirs === undefined) return 1;
		const difference =
			typeof mine === 'object' && typeof theirs === 'object'
				? compareNumbers(mine, theirs)
				: typeof mine === 'number' && typeof theirs === 'number'
					? mine - theirs
					: id === 'retentionPeriod'
						? retentionRank(String(mine)) - retentionRank(String(theirs)) ||
							compareUnits(String(mine), String(theirs))
						: compareNaturally(String(mine), String(theirs));
		if (difference !== 0) return difference;
	}
	return 0;
}

/**
 * A text by which codes sort as {@link compareCodes} sorts them, compared by code unit: for long lists, and for columns
 * of a database. It holds control characters and is for no reader.
 */
export function sortKeyOf(parts: CodeParts, order: readonly PartId[] = PART_ORDER): string {
	// Joined, not added up: what is added up stays a rope inside, and is compared many times slower.
	return order.map((id) => partSortKey(id, parts[id])).join('\0');
}

function partSortKey(id: PartId, value: PartValue | undefined): string {
	if (value === undefined) return '';
	if (typeof value === 'object') return numberSortKey(value);
	if (typeof value === 'number') return String(value);
	return id === 'retentionPeriod'
		? String(retentionRank(value)).padStart(4, '0') + value
		: textSortKey(value);
}

function numberSortKey({ value, suffix = '', width = 0 }: CodeNumber): string {
	return String(value).padStart(6, '0') + suffix + String.fromCharCode(width + 1);
}

/** Runs of digits as `0`, their length and their digits; at the end, behind a sign below all others, their zeros. */
function textSortKey(text: string): string {
	let key = '';
	let zeros = '';
	let isPadded = false;
	for (let at = 0; at < text.length;) {
		if (!isDigit(text.charCodeAt(at))) {
			key += text[at++];
			continue;
		}
		const end = endOfDigits(text, at);
		let from = at;
		while (from < end - 1 && text[from] === '0') from++;
		key += `0${String.fromCharCode(end - from)}${text.slice(from, end)}`;
		zeros += String.fromCharCode(from - at + 1);
		isPadded ||= from > at;
		at = end;
	}
	return isPadded ? `${key}\u0001${zeros}` : key;
}

/** By value, then inserted after its number, then narrower first. */
export function compareNumbers(a: CodeNumber, b: CodeNumber): number {
	return a.value - b.value || compareUnits(a.suffix ?? '', b.suffix ?? '') || (a.width ?? 0) - (b.width ?? 0);
}

/** Runs of digits by value, other signs by code unit; of texts that differ in padding only, the one with fewer zeros. */
function compareNaturally(a: string, b: string): number {
	let left = 0;
	let right = 0;
	while (left < a.length && right < b.length) {
		if (isDigit(a.charCodeAt(left)) && isDigit(b.charCodeAt(right))) {
			while (left < a.length - 1 && a[left] === '0' && isDigit(a.charCodeAt(left + 1))) left++;
			while (right < b.length - 1 && b[right] === '0' && isDigit(b.charCodeAt(right + 1))) right++;
			const leftEnd = endOfDigits(a, left);
			const rightEnd = endOfDigits(b, right);
			const difference =
				leftEnd - left - (rightEnd - right) || compareUnits(a.slice(left, leftEnd), b.slice(right, rightEnd));
			if (difference !== 0) return difference;
			left = leftEnd;
			right = rightEnd;
		} else {
			const difference = a.charCodeAt(left) - b.charCodeAt(right);
			if (difference !== 0) return difference;
			left++;
			right++;
		}
	}
	return a.length - left - (b.length - right) || compareZeros(a, b);
}

/** Where texts first differ, the one with more zeros has one more. */
function compareZeros(a: string, b: string): number {
	return a.startsWith(b) || b.startsWith(a) ? a.length - b.length : compareUnits(b, a);
}

function endOfDigits(text: string, from: number): number {
	let at = from;
	while (at < text.length && isDigit(text.charCodeAt(at))) at++;
	return at;
}

function compareUnits(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
