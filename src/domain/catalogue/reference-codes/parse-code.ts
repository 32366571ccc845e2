import { assert } from '../../base/assert.ts';
import type { CodeParts } from './code-parts.ts';
import { codeProblem, type CodeProblem } from './code-problems.ts';
import { formatCode } from './format-code.ts';
import { noteOnPart, readPart, whyNotPart, type PartValue } from './part-values.ts';
import { layoutOf, type Layout, type PartRule, type Regime } from './regime.ts';
import { regimeMeant, type RegimeRef } from './regimes.ts';
import {
	foldSigns,
	isBlank,
	isZeroWidth,
	LEVEL_SEPARATOR,
	PART_SEPARATOR,
	SEPARATOR_FORMS,
} from './signs.ts';

/** Far beyond any code; what is longer is no code and not worth a reading. */
const MOST_UNITS = 300;

/** A code that was read. Where `notes` is empty, the text as received is the canonical one. */
export interface ParsedCode {
	readonly ok: true;
	readonly parts: CodeParts;
	/** The code as the regime writes it. */
	readonly canonical: string;
	/** Everything that was tolerated, in the order of the text. */
	readonly notes: readonly CodeProblem[];
}

export interface UnreadCode {
	readonly ok: false;
	/** At least one, in the order of the text. */
	readonly problems: readonly CodeProblem[];
	/** A canonical code that was probably meant, for a person to accept: the text with capitals, half-width, without blanks. */
	readonly suggestion?: string;
}

/**
 * Reads a code under the regime that the caller knows to hold. Blanks around, signs without width and a few other forms
 * of the separators are read with a note, shorter numbers are padded with a note; all else is refused.
 * `at` counts UTF-16 units of the text as received.
 * @see DA/T 13-2022; DA/T 22-2015, 5.4; DA/T 13-1994, 4
 */
export function parseCode(ref: RegimeRef, text: string): ParsedCode | UnreadCode {
	const regime = regimeMeant(ref);
	const read = readCode(regime, text);
	if (read.ok || text.length > MOST_UNITS) return read;
	const folded = foldSigns(text);
	if (folded === text) return read;
	const meant = readCode(regime, folded);
	return meant.ok ? { ...read, suggestion: meant.canonical } : read;
}

function readCode(regime: Regime, received: string): ParsedCode | UnreadCode {
	if (received.length > MOST_UNITS)
		return { ok: false, problems: [codeProblem('code.too-long', { written: received, most: MOST_UNITS })] };
	const cleaned = clean(received);
	const { text, notes } = cleaned;
	if (text === '') return { ok: false, problems: [codeProblem('code.empty')] };
	const layout = layoutOf(regime);
	const levels = text.split(LEVEL_SEPARATOR);
	const most = regime.levels.length;
	const least = layout.optionalLevel === -1 ? most : most - 1;
	if (levels.length > most || levels.length < least)
		return { ok: false, problems: placed([wrongCount(levels, least, most)], cleaned) };
	const skipped = levels.length < most ? layout.optionalLevel : -1;

	const parts: Record<string, PartValue> = {};
	const problems: CodeProblem[] = [];
	let noted: CodeProblem[] | undefined;
	let padded = false;
	let at = 0;
	for (let index = 0, next = 0; index < most; index++) {
		if (index === skipped) continue;
		const level = levels[next++] as string;
		const tokens = level.includes(PART_SEPARATOR) ? level.split(PART_SEPARATOR) : [level];
		const reading = readingOf(layout, index, tokens);
		if (!isReading(reading)) problems.push({ ...reading, at });
		else {
			let start = at;
			for (let each = 0; each < tokens.length; each++) {
				const rule = reading[each] as PartRule;
				const token = tokens[each] as string;
				const value = readPart(rule, token);
				if (value === undefined) problems.push(whyNotPart(rule, token, start));
				else {
					parts[rule.id] = value;
					const note = noteOnPart(rule, value, token, start);
					if (note) {
						(noted ??= []).push(note);
						padded ||= note.code === 'code.padding';
					}
				}
				start += token.length + 1;
			}
		}
		at += level.length + 1;
	}
	if (problems.length > 0) return { ok: false, problems: placed(problems, cleaned) };
	return {
		ok: true,
		parts: parts as CodeParts,
		canonical: padded ? canonicalOf(regime, parts as CodeParts) : text,
		notes: noted ? [...notes, ...placed(noted, cleaned)].sort((a, b) => a.at - b.at) : notes,
	};
}

function canonicalOf(regime: Regime, parts: CodeParts): string {
	const formatted = formatCode(regime, parts);
	assert(formatted.ok, 'what was read can be written');
	return formatted.text;
}

function isReading(reading: readonly PartRule[] | CodeProblem): reading is readonly PartRule[] {
	return Array.isArray(reading);
}

/** The rules by which the parts of a level are read in order, or why there is not exactly one way. */
function readingOf(
	layout: Layout,
	index: number,
	tokens: readonly string[],
): readonly PartRule[] | CodeProblem {
	const byCount = layout.readings[index] ?? [];
	const ways = byCount[tokens.length] ?? [];
	if (ways.length === 1) return ways[0] as readonly PartRule[];
	if (ways.length === 0) {
		const possible = byCount.flatMap((each, count) => (each.length > 0 ? [count] : []));
		const [least = 1, most = least] = [possible[0], possible.at(-1)];
		return codeProblem('code.series-parts', {
			found: tokens.length,
			expected: least === most ? least : `${least}–${most}`,
		});
	}
	let best = ways[0] as readonly PartRule[];
	let fewest = Number.POSITIVE_INFINITY;
	let equal = 0;
	for (const way of ways) {
		const misfits = way.filter((rule, at) => readPart(rule, tokens[at] as string) === undefined).length;
		if (misfits === fewest) equal++;
		else if (misfits < fewest) {
			best = way;
			fewest = misfits;
			equal = 1;
		}
	}
	return fewest === 0 && equal > 1
		? codeProblem('code.ambiguous', { written: tokens.join(PART_SEPARATOR) })
		: best;
}

function wrongCount(levels: readonly string[], least: number, most: number): CodeProblem {
	const end = levels.reduce((sum, level, index) => (index < most ? sum + level.length + 1 : sum), -1);
	return levels.length < least
		? codeProblem('code.too-few-parts', { found: levels.length, least }, end)
		: codeProblem('code.too-many-parts', { found: levels.length, most }, end);
}

interface Cleaned {
	readonly text: string;
	/** Places are those of the text as received. */
	readonly notes: readonly CodeProblem[];
	/** How many units were cut off before it. */
	readonly shift: number;
	/** Where each unit stood, where signs inside were left out as well. */
	readonly places: readonly number[] | undefined;
}

const NO_NOTES: readonly CodeProblem[] = [];

function placed(problems: readonly CodeProblem[], { shift, places }: Cleaned): CodeProblem[] {
	return problems.map((each) =>
		places ? { ...each, at: places[each.at] ?? (places.at(-1) ?? -1) + 1 } : { ...each, at: each.at + shift },
	);
}

function clean(received: string): Cleaned {
	const odd = firstOddSign(received);
	if (odd === -1) return { text: received, notes: NO_NOTES, shift: 0, places: undefined };
	let text = '';
	let copied = 0;
	let places: number[] | undefined;
	const notes: CodeProblem[] = [];
	const separators = new Map<string, { at: number; count: number }>();
	let zeroWidth: { at: number; count: number } | undefined;
	for (let at = odd; at < received.length; at++) {
		const unit = received.charCodeAt(at);
		if (isOrdinary(unit)) {
			places?.push(at);
			continue;
		}
		if (isZeroWidth(unit)) {
			places ??= Array.from({ length: at }, (_, each) => each);
			if (zeroWidth) zeroWidth.count++;
			else zeroWidth = { at, count: 1 };
			text += received.slice(copied, at);
			copied = at + 1;
			continue;
		}
		places?.push(at);
		const sign = received[at] as string;
		const instead = SEPARATOR_FORMS[sign];
		if (instead === undefined) continue;
		const known = separators.get(sign);
		if (known) known.count++;
		else separators.set(sign, { at, count: 1 });
		text += received.slice(copied, at) + instead;
		copied = at + 1;
	}
	text += received.slice(copied);
	let from = 0;
	let to = text.length;
	while (from < to && isBlank(text.charCodeAt(from))) from++;
	while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
	if (from > 0 || to < text.length)
		notes.push(codeProblem('code.blank-around', {}, from > 0 ? (places?.[0] ?? 0) : (places?.[to] ?? to)));
	if (zeroWidth) notes.push(codeProblem('code.zero-width', { count: zeroWidth.count }, zeroWidth.at));
	for (const [written, { at, count }] of separators)
		notes.push(
			codeProblem('code.separator', { written, instead: SEPARATOR_FORMS[written] as string, count }, at),
		);
	return {
		text: text.slice(from, to),
		notes: notes.sort((a, b) => a.at - b.at),
		shift: from,
		places: places?.slice(from, to),
	};
}

/** Where the first sign stands for which a code must be cleaned; -1 for most codes. */
function firstOddSign(text: string): number {
	for (let at = 0; at < text.length; at++) {
		const unit = text.charCodeAt(at);
		if (isOrdinary(unit)) continue;
		if (isBlank(unit) || isZeroWidth(unit) || SEPARATOR_FORMS[text[at] as string] !== undefined) return at;
	}
	return -1;
}

/** Most signs of most codes: letters, digits, both separators, ideographs. They are never cleaned. */
function isOrdinary(unit: number): boolean {
	return (unit > 0x20 && unit < 0x85) || unit === 0xb7 || (unit >= 0x3400 && unit < 0xf900);
}
