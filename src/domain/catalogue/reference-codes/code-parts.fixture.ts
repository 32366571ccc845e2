import { array, constant, constantFrom, integer, oneof, record, string, type Arbitrary } from 'fast-check';
import type { CodeParts } from './code-parts.ts';
import type { PartValue } from './part-values.ts';
import type { NumberPart, PartRule, Regime } from './regime.ts';
import type { Signs } from './signs.ts';

const CAPITALS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const DIGITS = [...'0123456789'];
const HAN = [...'办公室党务〇甲乙㐀𠀀𠮷'];

const SIGNS: Readonly<Record<Signs, readonly string[]>> = {
	letters: CAPITALS,
	digits: DIGITS,
	lettersDigits: [...CAPITALS, ...DIGITS],
	lettersDigitsHan: [...CAPITALS, ...DIGITS, ...HAN],
};

function textOf(signs: readonly string[], minLength: number, maxLength: number): Arbitrary<string> {
	return array(constantFrom(...signs), { minLength, maxLength }).map((each) => each.join(''));
}

function numbers(rule: NumberPart): Arbitrary<PartValue> {
	return record({
		value: oneof(integer({ min: 1, max: 30 }), integer({ min: 1, max: 10 ** rule.max - 1 })),
		extra: integer({ min: 0, max: 2 }),
		suffix: rule.suffix
			? oneof({ weight: 3, arbitrary: constant(undefined) }, constantFrom('甲', 'A', 'b', '𠀀'))
			: constant(undefined),
	}).map(({ value, extra, suffix }) => ({
		value,
		width: Math.min(rule.max, Math.max(rule.min, String(value).length + extra)),
		...(suffix === undefined ? {} : { suffix }),
	}));
}

function valuesOf(rule: PartRule): Arbitrary<PartValue> {
	switch (rule.kind) {
		case 'number':
			return numbers(rule);
		case 'year':
			return integer({ min: 1800, max: 2099 });
		case 'category':
			return constantFrom(...rule.codes);
		case 'retention':
			return constantFrom(...rule.codes);
		case 'text':
			// Classes that look like a year or a retention code are the hard ones.
			return rule.usualForms
				? string({ minLength: 1, maxLength: 1, unit: constantFrom(...CAPITALS) }).chain((letter) =>
						textOf(DIGITS, 3, 3).map((digits) => letter + digits),
					)
				: oneof(
						{ weight: 3, arbitrary: textOf(SIGNS[rule.signs], rule.min, rule.max) },
						...(rule.min <= 1 && rule.max >= 4 ? [constantFrom('2019', 'Y', 'D30', '001', 'WS')] : []),
					);
	}
}

/** Parts that make a canonical code of the regime: every optional part now there, now not. */
export function partsOf(regime: Regime): Arbitrary<CodeParts> {
	const rules = regime.levels.flatMap((level) =>
		level.parts.map((rule) => ({ rule, optional: level.optional === true || rule.optional === true })),
	);
	return record({
		values: record(Object.fromEntries(rules.map(({ rule }) => [rule.id, valuesOf(rule)]))),
		left: array(integer({ min: 0, max: 1 }), { minLength: rules.length, maxLength: rules.length }),
	}).map(({ values, left }) => {
		const parts: Record<string, PartValue> = {};
		rules.forEach(({ rule, optional }, index) => {
			if (optional && left[index] === 1) return;
			if (rule.needs !== undefined && parts[rule.needs] === undefined) return;
			parts[rule.id] = values[rule.id] as PartValue;
		});
		return parts as CodeParts;
	});
}

const ODD_SIGNS = [
	...'-·.•‧・．－–—﹣−‐_/ \u3000\t\u200B\uFEFF',
	...'0O1lIZz９Ａ甲#~′',
	'𠀀',
	'\uD840',
	'·-',
	'',
];

/** A text with one to three signs put in, taken out, replaced or exchanged. */
export function mutated(text: string): Arbitrary<string> {
	const edit = record({
		kind: constantFrom('insert', 'remove', 'replace', 'swap'),
		at: integer({ min: 0, max: Math.max(0, text.length - 1) }),
		sign: oneof(constantFrom(...ODD_SIGNS), constantFrom(...CAPITALS, ...DIGITS)),
	});
	return array(edit, { minLength: 1, maxLength: 3 }).map((edits) =>
		edits.reduce((each, { kind, at, sign }) => {
			if (kind === 'insert') return each.slice(0, at) + sign + each.slice(at);
			if (kind === 'remove') return each.slice(0, at) + each.slice(at + 1);
			if (kind === 'replace') return each.slice(0, at) + sign + each.slice(at + 1);
			return each.slice(0, at) + each.slice(at + 1, at + 2) + each.slice(at, at + 1) + each.slice(at + 2);
		}, text),
	);
}
