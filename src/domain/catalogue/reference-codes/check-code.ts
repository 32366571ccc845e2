import type { Finding } from '../../base/finding.ts';
import type { Params } from '../../base/refusal.ts';
import { CODE_RULES, type CodeProblem, type CodeRule } from './code-problems.ts';
import {
	writtenPart,
	type CodeNumber,
	type CodeParts,
	type NumberPartId,
	type PartId,
} from './code-parts.ts';
import { retentionTermOf } from './code-terms.ts';
import { formatCode } from './format-code.ts';
import { noteOnPart, type PartValue } from './part-values.ts';
import { layoutOf } from './regime.ts';
import { regimeMeant, type RegimeRef } from './regimes.ts';

/** What is known besides the code. What is left out is not checked. */
export interface CodeFacts {
	/** The entry's own fields, as codes; several where the code may say it in several ways (`['BGS', '办公室']`). */
	readonly fields?: Readonly<Partial<Record<PartId, string | number | readonly string[]>>>;
	/** Whether the fonds number stands in the register. */
	readonly fondsRegistered?: boolean;
	/** First and last year of the fonds' activity, where they are known. */
	readonly fondsYears?: { readonly from?: number; readonly to?: number };
	readonly thisYear?: number;
	/** Digits of the numbers of the group; see {@link groupNumbers}. */
	readonly groupWidth?: number;
}

/**
 * Holds the parts of a code against its regime and against what else is known of the entry. Findings come in the order
 * of the regime's parts, `where` being the id of the part.
 * @see DA/T 13-2022 (unique, consistent with the arrangement)
 */
export function checkCode(ref: RegimeRef, parts: CodeParts, facts: CodeFacts = {}): Finding[] {
	const layout = layoutOf(regimeMeant(ref));
	const findings: Finding[] = [];
	const find = (rule: CodeRule, where: PartId, params: Params = {}): void => {
		findings.push({ rule, severity: CODE_RULES[rule].severity, where, params });
	};

	const formatted = formatCode(ref, parts);
	const broken = new Set<PartId>();
	if (!formatted.ok)
		for (const problem of formatted.problems) {
			if (problem.part !== undefined) broken.add(problem.part);
			findings.push(findingOf(problem));
		}
	for (const rule of layout.rules.values()) {
		const value = parts[rule.id] as PartValue | undefined;
		if (value === undefined) continue;
		const written = writtenPart(value);
		if (!broken.has(rule.id)) {
			const note = noteOnPart(rule, value, written, 0);
			if (note) findings.push(findingOf(note));
		}
		const field = facts.fields?.[rule.id];
		if (field !== undefined && !agrees(value, field))
			find('code.differs', rule.id, {
				written,
				field: typeof field === 'object' ? field.join(' / ') : field,
			});
	}

	if (parts.fondsNumber !== undefined && facts.fondsRegistered === false)
		find('code.unknown-fonds', 'fondsNumber', { written: parts.fondsNumber });
	if (parts.year !== undefined) checkYear(parts.year, parts.retentionPeriod, facts, find);
	checkWidth(parts, facts.groupWidth, find);
	return inOrder(findings, layout.order);
}

type Find = (rule: CodeRule, where: PartId, params?: Params) => void;

function checkYear(year: number, retention: string | undefined, facts: CodeFacts, find: Find): void {
	const { from, to } = facts.fondsYears ?? {};
	if ((from !== undefined && year < from) || (to !== undefined && year > to))
		find('code.outside-fonds', 'year', { written: year, from: from ?? '', to: to ?? '' });
	if (facts.thisYear !== undefined && year > facts.thisYear)
		find('code.future-year', 'year', { written: year });
	const term = retention === undefined ? undefined : retentionTermOf(retention);
	if (term && ((term.untilYear ?? year) < year || (term.fromYear ?? year) > year))
		find('code.retention-of-its-time', 'retentionPeriod', { written: term.code, year });
}

function checkWidth(parts: CodeParts, width: number | undefined, find: Find): void {
	if (width === undefined) return;
	const part: NumberPartId | undefined =
		parts.pageNumber !== undefined
			? 'pageNumber'
			: parts.itemNumber !== undefined
				? 'itemNumber'
				: 'fileNumber';
	const number = parts[part];
	if (number && !fitsWidth(number, width))
		find('code.group-width', part, { written: writtenPart(number), width });
}

/** Whether a number is padded like a group whose numbers have `width` digits. Larger numbers may have more. */
export function fitsWidth(number: CodeNumber, width: number): boolean {
	const digits = String(number.value).length;
	return (number.width ?? digits) === Math.max(digits, width);
}

function agrees(value: PartValue, field: string | number | readonly string[]): boolean {
	if (typeof field === 'object') return field.some((each) => agrees(value, each));
	if (typeof value !== 'object') return String(value) === String(field).trim();
	if (typeof field === 'number') return value.suffix === undefined && value.value === field;
	// Fields of old data say 7, 07 and 007 for the same number.
	const written = field.trim();
	return unpadded(written) === String(value.value) + (value.suffix ?? '');
}

function unpadded(written: string): string {
	let at = 0;
	while (at < written.length - 1 && written[at] === '0') at++;
	return written.slice(at);
}

function findingOf({ code, severity, part, params }: CodeProblem): Finding {
	return { rule: code, severity, where: part ?? '', params };
}

function inOrder(findings: Finding[], order: readonly PartId[]): Finding[] {
	const rank = ({ where }: Finding): number => {
		const at = order.indexOf(where as PartId);
		return at === -1 ? order.length : at;
	};
	return findings.sort((a, b) => rank(a) - rank(b));
}
