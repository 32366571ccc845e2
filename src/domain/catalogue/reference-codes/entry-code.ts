/** What an entry, those above it and the register of fonds say about its reference code. */
import type { Params } from '../../base/refusal.ts';
import { textOf, type FieldKey, type FieldValue } from '../entry.ts';
import type { FondsRecord } from '../fonds/fonds-record.ts';
import { factsWanted, regimeUseFor, type RegimeFacts } from '../fonds/regime-for.ts';
import type { Profile } from '../profile.ts';
import {
	finalPartOf,
	PART_LABELS,
	writtenPart,
	type CodeNumber,
	type CodeParts,
	type NumberPartId,
	type PartId,
} from './code-parts.ts';
import type { CodeProblem } from './code-problems.ts';
import { formatCode } from './format-code.ts';
import { givenParts, type Given } from './given-parts.ts';
import { groupOf } from './groups.ts';
import { parseCode } from './parse-code.ts';
import type { PartValue } from './part-values.ts';
import { layoutOf, variantOf, type Regime } from './regime.ts';
import { regimeOf } from './regimes.ts';
import { LEVEL_SEPARATOR } from './signs.ts';
import { TEMPORARY_SIGN } from './renumber-plan.ts';

/** Fields in which an entry, or one above it, says a part of its code. A change of one of them is a change of codes. */
export const CODE_FIELDS = [
	'referenceCode',
	'categoryCode',
	'secondaryClass',
	'tertiaryClass',
	'projectNumber',
	'seriesNumber',
	'catalogueNumber',
	'year',
	'retentionPeriod',
	'orgOrMatter',
	'fileNumber',
] as const;

/** One entry as far as codes ask. */
export interface CodeSource {
	readonly level: string;
	readonly fields: Readonly<Record<FieldKey, FieldValue>>;
}

/** The levels whose entries have codes of their own; those above are parts of them. */
export type CodedLevel = 'file' | 'item';

export function isCodedLevel(level: string): level is CodedLevel {
	return level === 'file' || level === 'item';
}

/** Whether a code waits for its number: there is none, or it only keeps the place. */
export function isProvisional(code: string): boolean {
	const text = code.trim();
	return text === '' || text.startsWith(TEMPORARY_SIGN) || text.endsWith(LEVEL_SEPARATOR);
}

/** What a code can be made of, all but its last number. */
export interface CodeBasis {
	readonly ok: true;
	readonly regime: Regime;
	/** The last part of the code at this level. */
	readonly final: NumberPartId;
	/** Without the last number; with it where it is a page, which is no number to allot. */
	readonly parts: CodeParts;
}

/** What keeps an entry from having a code: a code of refusals with its parameters. */
export interface CodeLack {
	readonly ok: false;
	readonly code: 'catalogue.code-no-fonds' | 'catalogue.code-no-regime' | 'catalogue.code-parts';
	readonly params: Params;
	/** Parts that are missing, where it is they. */
	readonly missing: readonly PartId[];
}

/** The fonds number that the entry of level fonds says, whether the register knows it or not. */
export function fondsNumberIn(chain: readonly CodeSource[]): string {
	const fonds = chain.find(({ level }) => level === 'fonds');
	return textOf(fonds?.fields['referenceCode']).trim();
}

/**
 * What the code of an entry is made of.
 * @param chain the entry, then those above it, the nearest first
 */
export function codeBasis(
	profile: Profile,
	chain: readonly CodeSource[],
	fonds: FondsRecord | undefined,
): CodeBasis | CodeLack {
	if (!fonds) return lack('catalogue.code-no-fonds', { fonds: fondsNumberIn(chain) || '—' });
	const found = regimeIn(profile, chain, fonds);
	if (!('regime' in found)) return found;
	const { regime, given } = found;
	const { rules } = layoutOf(regime);
	const level = chain[0]?.level;
	const final: NumberPartId =
		level === 'file' ? 'fileNumber' : rules.has('pageNumber') ? 'pageNumber' : 'itemNumber';
	const parts: Record<string, PartValue> = {};
	const missing: PartId[] = rules.has(final) ? [] : [final];
	for (const rule of rules.values()) {
		if (rule.kind === 'number' && rule.id !== 'fileNumber' && rule.id !== final) continue;
		if (rule.id === final && final !== 'pageNumber') continue;
		const value = given[rule.id];
		if (value !== undefined) parts[rule.id] = value;
		else if (!rule.optional && !isInOptionalLevel(regime, rule.id, final)) missing.push(rule.id);
	}
	return missing.length > 0
		? lack('catalogue.code-parts', { fonds: fonds.fondsNumber, ...namesOf(missing) }, missing)
		: { ok: true, regime, final, parts: parts as CodeParts };
}

function lack(code: CodeLack['code'], params: Params, missing: readonly PartId[] = []): CodeLack {
	return { ok: false, code, params, missing };
}

/** The parts as people call them, in both languages: refusals are read in either. */
function namesOf(parts: readonly PartId[]): { readonly missing: string; readonly missingEn: string } {
	const labels = parts.map((id) => PART_LABELS[id]);
	return {
		missing: labels.map(({ zh }) => zh).join('、'),
		missingEn: labels.map(({ en }) => en).join(', '),
	};
}

/** A level that codes may do without is none of theirs unless their last number stands in it. */
function isInOptionalLevel(regime: Regime, id: PartId, final: NumberPartId): boolean {
	const level = regime.levels.find(({ parts }) => parts.some((part) => part.id === id));
	return level?.optional === true && !level.parts.some((part) => part.id === final);
}

function regimeIn(
	profile: Profile,
	chain: readonly CodeSource[],
	fonds: FondsRecord,
): { readonly regime: Regime; readonly given: Given } | CodeLack {
	const given = givenParts(profile, chain, fonds);
	const { categoryCode, year, catalogueNumber } = given;
	const facts: RegimeFacts = {
		...(typeof categoryCode === 'string' ? { categoryCode } : {}),
		...(typeof year === 'number' ? { year } : {}),
		...(typeof catalogueNumber === 'string' ? { catalogueNumber } : {}),
	};
	const use = regimeUseFor(fonds, facts);
	const regime = use && regimeInUse(fonds, use.regime, use.width);
	if (regime) return { regime, given };
	// What the entry can still say is asked of who describes it; only the rest is for the register.
	const wanted = factsWanted(fonds, facts);
	return wanted.length > 0
		? lack('catalogue.code-parts', { fonds: fonds.fondsNumber, ...namesOf(wanted) }, wanted)
		: lack('catalogue.code-no-regime', {
				fonds: fonds.fondsNumber,
				category: facts.categoryCode ?? '—',
				year: facts.year ?? '—',
				catalogue: facts.catalogueNumber ?? '—',
			});
}

/** Variants of regimes by fonds: made once, since layouts are computed for each. */
const inUse = new WeakMap<FondsRecord, Map<string, Regime | undefined>>();

/** A regime as the fonds uses it: with its own width of the last number, and the categories it has besides the known ones. */
export function regimeInUse(
	fonds: FondsRecord,
	id: string,
	width = widthInUse(fonds, id),
): Regime | undefined {
	let known = inUse.get(fonds);
	if (!known) inUse.set(fonds, (known = new Map()));
	const key = `${id} ${width ?? ''}`;
	if (!known.has(key)) known.set(key, madeForUse(fonds, id, width));
	return known.get(key);
}

/** The width of a regime where nothing says which of its uses is meant. */
function widthInUse(fonds: FondsRecord, id: string): number | undefined {
	return fonds.codeRegimes.find((use) => use.regime === id && use.width !== undefined)?.width;
}

function madeForUse(fonds: FondsRecord, id: string, width: number | undefined): Regime | undefined {
	const base = regimeOf(id);
	if (!base) return undefined;
	const last = [...layoutOf(base).rules.values()].findLast((rule) => rule.kind === 'number');
	return variantOf(base, {
		id,
		moreCategories: fonds.categories,
		...(width === undefined || !last ? {} : { parts: { [last.id]: { usual: width } } }),
	});
}

/** A code with a number, and everything by which it is found. */
export interface NumberedCode {
	readonly regime: string;
	readonly groupKey: string;
	readonly final: NumberPartId;
	readonly number: CodeNumber;
	readonly canonical: string;
	readonly parts: CodeParts;
}

/**
 * The group of a code among all of an archive. Codes of the form without a fonds number are the fonds' own: their group
 * says whose.
 */
export function archiveGroupOf(regime: Regime, fondsNumber: string, parts: CodeParts): string | undefined {
	const group = groupOf(regime, parts);
	if (group === undefined) return undefined;
	return layoutOf(regime).rules.has('fondsNumber') ? group : `${fondsNumber}|${group}`;
}

/** The group in which the last number of an entry is allotted. */
export function groupOfBasis({ regime, final, parts }: CodeBasis, fondsNumber: string): string {
	return archiveGroupOf(regime, fondsNumber, { ...parts, [final]: { value: 1 } }) ?? '';
}

/** The code of an entry with a number, or why it makes none. `width`: digits that the group has; left out as is usual. */
export function numbered(
	{ regime, final, parts }: CodeBasis,
	fondsNumber: string,
	value: number,
	width?: number,
): NumberedCode | { readonly problems: readonly CodeProblem[] } {
	const digits = String(value).length;
	const number: CodeNumber = {
		value,
		...(width === undefined ? {} : { width: Math.max(width, digits) }),
	};
	const whole: CodeParts = { ...parts, [final]: number };
	const formatted = formatCode(regime, whole);
	if (!formatted.ok) return { problems: formatted.problems };
	return read(regime, fondsNumber, whole, formatted.text) ?? { problems: [] };
}

/** The last number of a code as a field of the entry says it. */
export function writtenNumber({ canonical, number, final }: NumberedCode): string {
	const written = /\d+\D?$/u.exec(canonical)?.[0] ?? writtenPart(number);
	return final === 'pageNumber' ? String(number.value) : written;
}

function read(
	regime: Regime,
	fondsNumber: string,
	parts: CodeParts,
	canonical: string,
): NumberedCode | undefined {
	const final = finalPartOf(parts);
	const groupKey = archiveGroupOf(regime, fondsNumber, parts);
	if (!final || groupKey === undefined) return undefined;
	return { regime: regime.id, groupKey, final, number: parts[final] as CodeNumber, canonical, parts };
}

/** What the code of an entry as it stands says, or what is wrong with it. `undefined`: it waits for its number. */
export function readEntryCode(
	profile: Profile,
	chain: readonly CodeSource[],
	fonds: FondsRecord,
):
	| (NumberedCode & { readonly problems: readonly CodeProblem[] })
	| { readonly written: string; readonly regime: string; readonly problems: readonly CodeProblem[] }
	| undefined {
	const written = textOf(chain[0]?.fields['referenceCode']);
	if (isProvisional(written)) return undefined;
	const found = regimeIn(profile, chain, fonds);
	if (!('regime' in found)) return { written: written.trim(), regime: '', problems: [] };
	const parsed = parseCode(found.regime, written);
	const code = parsed.ok ? read(found.regime, fonds.fondsNumber, parsed.parts, parsed.canonical) : undefined;
	if (!parsed.ok) return { written: written.trim(), regime: found.regime.id, problems: parsed.problems };
	if (!code) return { written: written.trim(), regime: found.regime.id, problems: parsed.notes };
	return { ...code, problems: parsed.notes };
}
