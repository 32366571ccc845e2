import type { CodeParts, PartId } from './code-parts.ts';
import { writtenPart } from './code-parts.ts';
import { codeProblem, type CodeProblem } from './code-problems.ts';
import { writePart, type PartValue } from './part-values.ts';
import { layoutOf, type Level, type PartRule } from './regime.ts';
import { regimeMeant, type RegimeRef } from './regimes.ts';
import { LEVEL_SEPARATOR, PART_SEPARATOR } from './signs.ts';

export type FormattedCode =
	{ readonly ok: true; readonly text: string } | { readonly ok: false; readonly problems: CodeProblem[] };

/**
 * The canonical text of a code. Numbers have the digits they carry, at least as many as the regime asks for; numbers
 * without a width have as many as is usual. `display`: old codes, which are kept as written, are shown padded as well.
 * @see DA/T 13-2022; DA/T 22-2015, 5.4; DA/T 13-1994, 4
 */
export function formatCode(
	ref: RegimeRef,
	parts: CodeParts,
	form: 'canonical' | 'display' = 'canonical',
): FormattedCode {
	const regime = regimeMeant(ref);
	const problems: CodeProblem[] = [];
	let text = '';
	for (const level of regime.levels) {
		const written = writeLevel(level, parts, form === 'display', problems);
		if (written === undefined) continue;
		text = text === '' ? written : text + LEVEL_SEPARATOR + written;
	}
	const foreign = foreignParts(ref, parts);
	if (problems.length > 0 || foreign) return { ok: false, problems: [...problems, ...(foreign ?? [])] };
	return { ok: true, text };
}

function writeLevel(
	level: Level,
	parts: CodeParts,
	display: boolean,
	problems: CodeProblem[],
): string | undefined {
	if (level.optional && level.parts.every(({ id }) => parts[id] === undefined)) return undefined;
	let text = '';
	for (const rule of level.parts) {
		const value = parts[rule.id] as PartValue | undefined;
		if (value === undefined) {
			if (isMissing(rule, level, parts)) problems.push(codeProblem('code.missing-part', {}, 0, rule.id));
			continue;
		}
		const written = writePart(rule, value, display);
		if (typeof written !== 'string') problems.push(written);
		else text = text === '' ? written : text + PART_SEPARATOR + written;
	}
	return text;
}

/** Optional parts must be there, too, where another part stands on them. */
function isMissing(rule: PartRule, level: Level, parts: CodeParts): boolean {
	return !rule.optional || level.parts.some(({ id, needs }) => needs === rule.id && parts[id] !== undefined);
}

/** Parts that the regime has no place for: leaving them out in silence would make another code. */
function foreignParts(ref: RegimeRef, parts: CodeParts): CodeProblem[] | undefined {
	const { rules } = layoutOf(regimeMeant(ref));
	let foreign: CodeProblem[] | undefined;
	for (const id in parts) {
		const value = parts[id as PartId];
		if (value === undefined || rules.has(id as PartId)) continue;
		(foreign ??= []).push(codeProblem('code.foreign-part', { written: writtenPart(value) }, 0, id as PartId));
	}
	return foreign;
}
