import type { EntryView } from './entry-view.ts';
import { halfWidthDigits } from './document-number.ts';
import { found, NOT_APPLICABLE, NOTHING, type Rule, type RuleFinding } from './rule.ts';
import type { PageSpan } from './rule-facts.ts';

const DAT22 = 'DA/T 22-2015, 页数';
const MOST_PAGES = 99_999;

/** A whole number from 1 as written, in ordinary digits; `undefined` when it is none. */
export function countOf(text: string): number | undefined {
	if (text.length === 0 || text.length > 5) return undefined;
	let value = 0;
	for (let at = 0; at < text.length; at++) {
		const digit = text.charCodeAt(at) - 48;
		if (digit < 0 || digit > 9) return undefined;
		value = value * 10 + digit;
	}
	return value >= 1 && value <= MOST_PAGES ? value : undefined;
}

/** A number with its unit or with signs around it: `12页`, `１２`, `共12页`, `12.0`. */
function countMeant(text: string): number | undefined {
	if (text.length > 20) return undefined;
	const match = /^(?:共|约)?\s*(\d{1,5})(?:\.0+)?\s*(?:页|頁|张|面|P|p|页码)?[。.]?$/.exec(
		halfWidthDigits(text).trim(),
	);
	return match ? countOf(String(Number(match[1]))) : undefined;
}

/** `1-5`, `1—5`, `001～005`: first and last page in the place of their number. */
function spanMeant(text: string): number | undefined {
	if (text.length > 20) return undefined;
	const match = /^(\d{1,5})\s*[-—–~～至]{1,2}\s*(\d{1,5})页?$/.exec(halfWidthDigits(text).trim());
	if (!match) return undefined;
	return countOf(String(Number(match[2]) - Number(match[1]) + 1));
}

/** The pages an entry says it has in its file; the end is left out where it gives the start alone. */
export function pageSpanOf(view: EntryView): PageSpan | undefined {
	let start = countOf(unpadded(view.text('startPage').trim()));
	if (start === undefined && view.code?.ok) start = view.code.parts.pageNumber?.value;
	if (start === undefined) return undefined;
	const end = countOf(unpadded(view.text('endPage').trim()));
	return end === undefined ? { start } : { start, end };
}

function unpadded(text: string): string {
	return text.replace(/^0+(?=\d)/, '');
}

/** What its pages must be, by its own span or by where the next item starts. */
function derivedCount(view: EntryView): number | undefined {
	const span = pageSpanOf(view);
	if (!span) return undefined;
	if (span.end !== undefined) return countOf(String(span.end - span.start + 1));
	const next = view.facts.after?.start;
	// Two items may share a leaf: then the next one starts on the same page.
	return next === undefined ? undefined : countOf(String(Math.max(1, next - span.start)));
}

const R42: Rule = {
	id: 'R42',
	cases: { missing: 'E', derivable: 'W', notNumber: 'E', span: 'W' },
	scope: 'entry',
	reads: ['pageCount', 'startPage', 'endPage', 'referenceCode', 'categoryCode', 'year', 'catalogueNumber'],
	needs: [],
	basis: DAT22,
	check(view, rules) {
		const written = view.text('pageCount');
		const text = written.trim();
		if (text === '') {
			if (!rules.mandatory.get(view.level)?.has('pageCount')) return NOTHING;
			const span = pageSpanOf(view);
			if (!span) return [found(R42, 'missing', 'pageCount', written)];
			return [found(R42, 'derivable', 'pageCount', written, { suggestion: derivedCount(view) })];
		}
		if (countOf(text) !== undefined) return NOTHING;
		const span = spanMeant(text);
		if (span !== undefined) return [found(R42, 'span', 'pageCount', written, { suggestion: span })];
		return [found(R42, 'notNumber', 'pageCount', written, { suggestion: countMeant(text) })];
	},
};

const R43: Rule = {
	id: 'R43',
	cases: { overlap: ['E', 'W'], gap: ['E', 'W'], reversed: 'E', count: 'W' },
	scope: 'entry',
	reads: ['pageCount', 'startPage', 'endPage', 'referenceCode', 'categoryCode', 'year', 'catalogueNumber'],
	needs: ['neighbour'],
	basis: DAT22,
	check(view) {
		const span = pageSpanOf(view);
		if (!span) return NOTHING;
		let findings: RuleFinding[] | undefined;
		const count = countOf(view.text('pageCount').trim());
		if (span.end !== undefined) {
			if (span.end < span.start)
				(findings ??= []).push(
					found(R43, 'reversed', 'endPage', view.text('endPage'), { params: { start: span.start } }),
				);
			else if (count !== undefined && count !== span.end - span.start + 1)
				(findings ??= []).push(
					found(R43, 'count', 'endPage', view.text('endPage'), {
						params: { count, pages: span.end - span.start + 1 },
						suggestion: span.start + count - 1,
					}),
				);
		}
		const { before } = view.facts;
		if (!before) return findings ?? (span.end === undefined ? NOT_APPLICABLE : NOTHING);
		const step = pageStep(before, span, view.facts.file?.startPagesOnly === true);
		if (step)
			(findings ??= []).push(
				found(R43, step.which, 'startPage', view.text('startPage') || String(span.start), {
					severity: step.severity,
					params: { before: before.end ?? before.start, start: span.start },
					suggestion: step.suggestion,
				}),
			);
		return findings ?? NOTHING;
	},
};

/**
 * What is odd about the step from one item to the next. Lists that give start pages only come from bound volumes: there
 * two items may share a leaf, and where the one before ends is not said.
 */
export function pageStep(
	before: PageSpan,
	next: PageSpan,
	startPagesOnly: boolean,
): { which: 'overlap' | 'gap'; severity: 'E' | 'W'; suggestion: number | undefined } | undefined {
	const isOld = startPagesOnly || next.end === undefined || before.end === undefined;
	if (before.end === undefined)
		return next.start < before.start ? { which: 'overlap', severity: 'W', suggestion: undefined } : undefined;
	if (next.start === before.end + 1 || (isOld && next.start === before.end)) return undefined;
	const severity = isOld ? 'W' : 'E';
	return {
		which: next.start <= before.end ? 'overlap' : 'gap',
		severity,
		suggestion: next.end !== undefined && next.end <= before.end ? undefined : before.end + 1,
	};
}

export const PAGE_RULES: readonly Rule[] = [R42, R43];
