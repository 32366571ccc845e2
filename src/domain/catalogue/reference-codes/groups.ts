import { finalPartOf, type CodeNumber, type CodeParts } from './code-parts.ts';
import type { PartValue } from './part-values.ts';
import { regimeMeant, type RegimeRef } from './regimes.ts';
import { LEVEL_SEPARATOR, PART_SEPARATOR } from './signs.ts';

/**
 * The key of the group within which the final number is allotted: all that stands before it, numbers by value, so that
 * volume `12` and volume `012` are one. `undefined` for codes without a running number. Two groups of one regime have
 * two keys; volumes and what is in them are different groups.
 */
export function groupOf(ref: RegimeRef, parts: CodeParts): string | undefined {
	const final = finalPartOf(parts);
	if (!final) return undefined;
	let key = '';
	for (const level of regimeMeant(ref).levels) {
		let text = '';
		for (const { id } of level.parts) {
			if (id === final) return key;
			const value = parts[id] as PartValue | undefined;
			if (value === undefined) continue;
			const written = typeof value === 'object' ? numberKey(value) : String(value);
			text = text === '' ? written : text + PART_SEPARATOR + written;
		}
		if (text !== '') key += text + LEVEL_SEPARATOR;
	}
	return key;
}

/** What makes two numbers the same however they are padded. */
export function numberKey(number: CodeNumber): string {
	return number.suffix === undefined ? String(number.value) : number.value + number.suffix;
}
