import { foldSigns, halfWidthOf, isBlank, isZeroWidth, SEPARATOR_FORMS } from '../reference-codes/signs.ts';
import { fitsWidth } from '../reference-codes/check-code.ts';
import {
	finalPartOf,
	writtenPart,
	type CodeNumber,
	type CodeParts,
	type PartId,
} from '../reference-codes/code-parts.ts';
import { formatCode } from '../reference-codes/format-code.ts';
import { textOf, type FieldKey } from '../entry.ts';
import { withText, type EntryView } from './entry-view.ts';
import { found, NOT_APPLICABLE, NOTHING, type Rule, type RuleFinding } from './rule.ts';
import type { PreparedRules } from './rule-facts.ts';

const DAT13 = 'DA/T 13-2022';
/** Everything by which the regime of an entry is chosen. */
const REGIME_FIELDS = ['referenceCode', 'categoryCode', 'year', 'catalogueNumber'];

const R01: Rule = {
	id: 'R01',
	cases: { empty: 'E' },
	scope: 'entry',
	reads: ['referenceCode'],
	needs: [],
	basis: DAT13,
	check: (view) =>
		view.text('referenceCode').trim() === '' ? [found(R01, 'empty', 'referenceCode', '')] : NOTHING,
};

/** Whether signs stand for others: separators that only look like one, full-width letters and digits. */
function hasOddSigns(text: string): boolean {
	for (let at = 0; at < text.length; at++)
		if (SEPARATOR_FORMS[text[at] as string] !== undefined || halfWidthOf(text.charCodeAt(at)) !== undefined)
			return true;
	return false;
}

function withoutBlanks(text: string): string {
	let kept = '';
	for (let at = 0; at < text.length; at++) {
		const unit = text.charCodeAt(at);
		if (!isBlank(unit) && !isZeroWidth(unit)) kept += text[at];
	}
	return kept;
}

/** Words of counting behind a number, which old codes would read as an inserted number like 23甲. */
const UNITS = ['号', '卷', '件', '页', '張', '册'];

const R02: Rule = {
	id: 'R02',
	cases: { unreadable: 'E', lowerCase: 'E', unit: 'E' },
	scope: 'entry',
	reads: REGIME_FIELDS,
	needs: ['regime'],
	basis: DAT13,
	check(view) {
		if (!view.regime) return NOT_APPLICABLE;
		const { code } = view;
		if (!code) return NOTHING;
		const text = view.text('referenceCode');
		if (code.ok) {
			const unit = UNITS.find((each) => code.canonical.endsWith(each));
			return unit === undefined
				? NOTHING
				: [found(R02, 'unit', 'referenceCode', text, { suggestion: code.canonical.slice(0, -unit.length) })];
		}
		if (code.suggestion === undefined) {
			const problem = code.problems[0];
			return [
				found(R02, 'unreadable', 'referenceCode', text, {
					params: { problem: problem?.code ?? '', part: problem?.part ?? '', at: problem?.at ?? 0 },
				}),
			];
		}
		const bare = withoutBlanks(text);
		return bare !== bare.toUpperCase() && foldSigns(bare) === bare.toUpperCase()
			? [found(R02, 'lowerCase', 'referenceCode', text, { suggestion: code.suggestion })]
			: NOTHING;
	},
};

const R03: Rule = {
	id: 'R03',
	cases: { signs: 'E' },
	scope: 'entry',
	reads: REGIME_FIELDS,
	needs: [],
	basis: DAT13,
	check(view) {
		const text = view.text('referenceCode');
		if (text === '') return NOTHING;
		const { code } = view;
		if (code?.ok && code.notes.length === 0) return NOTHING;
		const bare = withoutBlanks(text);
		const odd = hasOddSigns(bare);
		if (!odd && (!code || code.ok || foldSigns(bare) === bare.toUpperCase())) return NOTHING;
		const meant = code?.ok ? code.canonical : code?.suggestion;
		if (!odd && meant === undefined) return NOTHING;
		return [found(R03, 'signs', 'referenceCode', text, { suggestion: meant ?? foldSigns(bare) })];
	},
};

const PART_FIELDS: readonly (readonly [PartId, string])[] = [
	['categoryCode', 'categoryCode'],
	['catalogueNumber', 'catalogueNumber'],
	['year', 'year'],
	['orgOrMatter', 'orgOrMatter'],
	['fileNumber', 'fileNumber'],
	['itemNumber', 'itemNumber'],
	['pageNumber', 'startPage'],
];

const R04: Rule = {
	id: 'R04',
	cases: { differs: 'E', fonds: 'E' },
	scope: 'entry',
	reads: [...REGIME_FIELDS, 'fondsNumber', 'orgOrMatter', 'fileNumber', 'itemNumber', 'startPage'],
	needs: ['regime'],
	basis: DAT13,
	check(view, rules) {
		if (!view.regime) return NOT_APPLICABLE;
		const { code } = view;
		if (!code?.ok) return NOTHING;
		let findings: RuleFinding[] | undefined;
		const { parts } = code;
		const { fonds, fondsNumbers } = rules.facts;
		const number = parts.fondsNumber;
		if (number !== undefined) {
			const field = view.text('fondsNumber').trim();
			if (field !== '' && field !== number)
				(findings ??= []).push(
					found(R04, 'differs', 'fondsNumber', field, {
						params: { written: field, code: number },
						suggestion: number,
					}),
				);
			else if (fonds && fonds.fondsNumber !== number && fondsNumbers?.has(number) !== false)
				(findings ??= []).push(
					found(R04, 'fonds', 'referenceCode', view.text('referenceCode'), {
						params: { code: number, fonds: fonds.fondsNumber },
						suggestion: inFonds(view, parts, fonds.fondsNumber),
					}),
				);
		}
		for (const [part, field] of PART_FIELDS) {
			const value = parts[part];
			const written = view.text(field).trim();
			if (value === undefined || written === '' || agrees(part, value, written, rules)) continue;
			(findings ??= []).push(
				found(R04, 'differs', field, written, {
					params: { written, code: writtenPart(value) },
					suggestion: fieldFormOf(view, part, field, value, rules),
				}),
			);
		}
		return findings ?? NOTHING;
	},
};

function inFonds(view: EntryView, parts: CodeParts, fondsNumber: string): string | undefined {
	if (!view.regime) return undefined;
	const formatted = formatCode(view.regime.regime, { ...parts, fondsNumber });
	return formatted.ok ? formatted.text : undefined;
}

function agrees(
	part: PartId,
	value: string | number | CodeNumber,
	written: string,
	rules: PreparedRules,
): boolean {
	if (typeof value === 'object') return unpadded(written) === String(value.value) + (value.suffix ?? '');
	if (
		String(value) === written ||
		(part === 'catalogueNumber' && unpadded(String(value)) === unpadded(written))
	)
		return true;
	if (part !== 'orgOrMatter') return false;
	// Fields say 办公室 where codes say BGS: only the fonds' dictionary knows.
	const names = rules.orgOrMatter.get(written) ?? rules.orgOrMatter.get(String(value));
	return names === undefined || (names.includes(written) && names.includes(String(value)));
}

function fieldFormOf(
	view: EntryView,
	part: PartId,
	field: string,
	value: string | number | CodeNumber,
	rules: PreparedRules,
): string | number {
	if (part === 'orgOrMatter') return rules.orgOrMatter.get(String(value))?.[1] ?? String(value);
	if (typeof view.value(field) === 'number' || part === 'year')
		return typeof value === 'object' ? value.value : Number(value);
	return writtenPart(value);
}

function unpadded(written: string): string {
	let at = 0;
	while (at < written.length - 1 && written[at] === '0') at++;
	return written.slice(at);
}

const R07: Rule = {
	id: 'R07',
	cases: { width: 'W' },
	scope: 'entry',
	reads: REGIME_FIELDS,
	needs: ['regime', 'groupWidth'],
	basis: DAT13,
	check(view) {
		const width = view.facts.groupWidth ?? view.regime?.width;
		const { code } = view;
		if (!view.regime) return NOT_APPLICABLE;
		if (!code?.ok) return NOTHING;
		const part = finalPartOf(code.parts);
		if (!part) return NOTHING;
		const number = code.parts[part] as CodeNumber;
		const isShort = code.notes.some((note) => note.code === 'code.padding');
		if (width === undefined && !isShort) return NOT_APPLICABLE;
		if (!isShort && (width === undefined || fitsWidth(number, width))) return NOTHING;
		const meant = formatCode(view.regime.regime, {
			...code.parts,
			[part]: { ...number, width: Math.max(width ?? 1, String(number.value).length) },
		});
		return [
			found(R07, 'width', 'referenceCode', view.text('referenceCode'), {
				params: { written: writtenPart(number), width: width ?? (meant.ok ? 3 : 0) },
				suggestion: meant.ok ? meant.text : undefined,
			}),
		];
	},
};

/** One-line fields by which entries are found, sorted and compared. */
const KEY_FIELDS = [
	...['referenceCode', 'fondsNumber', 'catalogueNumber', 'fileNumber', 'itemNumber', 'documentNumber'],
	...['documentDate', 'dateRange', 'year', 'retentionPeriod', 'title', 'boxNumber', 'categoryCode'],
];
/** Of these a blank inside is one too many as well. */
const WITHOUT_BLANKS = new Set([
	'referenceCode',
	'fondsNumber',
	'catalogueNumber',
	'fileNumber',
	'itemNumber',
	'year',
]);

const R08: Rule = {
	id: 'R08',
	cases: { around: 'E', zeroWidth: 'E', inside: 'E' },
	scope: 'entry',
	reads: [...KEY_FIELDS, 'creators'],
	needs: [],
	basis: DAT13,
	check(view) {
		let findings: RuleFinding[] | undefined;
		for (const field of KEY_FIELDS) {
			const value = view.value(field);
			if (typeof value !== 'string' && (value === null || typeof value !== 'object')) continue;
			const finding = blanksIn(field, textOf(value), WITHOUT_BLANKS.has(field), view);
			if (finding) (findings ??= []).push(finding);
		}
		for (const { key, text } of view.creators) {
			const finding = blanksIn(key, text, false, view);
			if (finding) (findings ??= []).push(finding);
		}
		return findings ?? NOTHING;
	},
};

function blanksIn(field: FieldKey, text: string, none: boolean, view: EntryView): RuleFinding | undefined {
	if (text === '') return undefined;
	let zeroWidth = false;
	let inside = false;
	for (let at = 0; at < text.length; at++) {
		const unit = text.charCodeAt(at);
		if ((unit > 0x20 && unit < 0x85) || (unit > 0x3000 && unit < 0xfeff)) continue;
		if (isZeroWidth(unit)) zeroWidth = true;
		else if (isBlank(unit)) inside = true;
	}
	if (!zeroWidth && !inside) return undefined;
	const around = isBlank(text.charCodeAt(0)) || isBlank(text.charCodeAt(text.length - 1));
	if (!zeroWidth && !around && !none) return undefined;
	const clean = none ? withoutBlanks(text) : trimmed(text);
	if (clean === text) return undefined;
	return found(R08, zeroWidth ? 'zeroWidth' : around ? 'around' : 'inside', field, text, {
		// What is nothing but blanks is an empty field: that is for other rules.
		suggestion: clean === '' ? null : withText(view.value(field), clean),
	});
}

/** Without blanks around and signs without width anywhere. */
function trimmed(text: string): string {
	let kept = '';
	for (let at = 0; at < text.length; at++) if (!isZeroWidth(text.charCodeAt(at))) kept += text[at];
	let from = 0;
	let to = kept.length;
	while (from < to && isBlank(kept.charCodeAt(from))) from++;
	while (to > from && isBlank(kept.charCodeAt(to - 1))) to--;
	return kept.slice(from, to);
}

const R09: Rule = {
	id: 'R09',
	cases: { unknown: 'E' },
	scope: 'entry',
	reads: [...REGIME_FIELDS, 'fondsNumber'],
	needs: ['fondsNumbers'],
	basis: DAT13,
	check(view, rules) {
		const known = rules.facts.fondsNumbers;
		if (!known) return NOT_APPLICABLE;
		const own = rules.facts.fonds?.fondsNumber;
		const field = view.text('fondsNumber').trim();
		if (field !== '' && !known.has(field))
			return [found(R09, 'unknown', 'fondsNumber', field, { params: { number: field }, suggestion: own })];
		const number = view.level === 'fonds' ? view.text('referenceCode').trim() : fondsNumberOf(view);
		if (number === '' || known.has(number)) return NOTHING;
		const parts = view.code?.ok ? view.code.parts : undefined;
		return [
			found(R09, 'unknown', 'referenceCode', view.text('referenceCode'), {
				params: { number },
				suggestion: own === undefined || !parts ? undefined : inFonds(view, parts, own),
			}),
		];
	},
};

function fondsNumberOf(view: EntryView): string {
	return view.code?.ok ? (view.code.parts.fondsNumber ?? '') : '';
}

const R10: Rule = {
	id: 'R10',
	cases: { unknown: 'E' },
	scope: 'entry',
	reads: REGIME_FIELDS,
	needs: ['regime'],
	basis: DAT13,
	check(view, rules) {
		if (!view.regime) return NOT_APPLICABLE;
		const { code } = view;
		if (!code?.ok || !code.notes.some((note) => note.code === 'code.unknown-category')) return NOTHING;
		const held = rules.facts.fonds?.categories ?? [];
		const only = held.length === 1 ? held[0] : undefined;
		const meant =
			only === undefined ? undefined : formatCode(view.regime.regime, { ...code.parts, categoryCode: only });
		return [
			found(R10, 'unknown', 'referenceCode', view.text('referenceCode'), {
				params: { category: code.parts.categoryCode ?? '' },
				suggestion: meant?.ok ? meant.text : undefined,
			}),
		];
	},
};

export const CODE_RULES: readonly Rule[] = [R01, R02, R03, R04, R07, R08, R09, R10];
