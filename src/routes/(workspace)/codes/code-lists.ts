import type { CodeReport, UnreadLine } from '#domain/catalogue/reference-codes/code-report.ts';
import { regimeOf } from '#domain/catalogue/reference-codes/regimes.ts';
import { codeProblemWords } from '#i18n/code-problem-words.ts';
import { m } from '#i18n/generated/messages.js';
import { joinWords, labelOf } from '#i18n/words.ts';
import { csvOf, rangeWords, reasonWords } from './code-words.ts';

export const CODE_LISTS = ['gaps', 'duplicates', 'widths', 'unread', 'groups'] as const;
export type CodeList = (typeof CODE_LISTS)[number];

/** What keeps a code from being read. */
export function problemWords(problems: UnreadLine['problems']): string {
	return problems.length === 0
		? m.codes_no_number()
		: joinWords(
				problems.map(({ code, params }) => codeProblemWords(code, params)),
				'values',
			);
}

/** By which rules codes are made, as people call them. */
export function regimeWords(id: string): string {
	const regime = regimeOf(id);
	return regime ? labelOf(regime.label) : id;
}

/** A list as a file. */
export function listFile(report: CodeReport, list: CodeList): Blob {
	switch (list) {
		case 'groups':
			return csvOf(
				[
					m.codes_fonds(),
					m.codes_group(),
					m.codes_regime(),
					m.codes_entries_count(),
					m.codes_lowest(),
					m.codes_highest(),
					m.codes_missing_count(),
					m.codes_next(),
				],
				report.groups.map((group) => [
					group.fondsNumber,
					group.groupKey,
					regimeWords(group.regime),
					group.entries,
					group.lowest,
					group.highest,
					group.missing,
					group.next,
				]),
			);
		case 'gaps':
			return csvOf(
				[m.codes_fonds(), m.codes_group(), m.codes_missing(), m.codes_reason()],
				report.gaps.map((gap) => [
					gap.fondsNumber,
					gap.groupKey,
					rangeWords(gap),
					gap.isExplained || gap.reasons.length > 0
						? joinWords(gap.reasons.map(reasonWords), 'values')
						: m.codes_unexplained(),
				]),
			);
		case 'duplicates':
			return csvOf(
				[m.codes_fonds(), m.codes_code(), m.codes_title(), 'id'],
				report.duplicates.flatMap(({ fondsNumber, code: same, count, entries }) => [
					...entries.map(({ id, code, title }) => [fondsNumber, code, title, id]),
					...(entries.length < count
						? [[fondsNumber, same, m.codes_duplicate_more({ shown: entries.length, count }), '']]
						: []),
				]),
			);
		case 'widths':
			return csvOf(
				[m.codes_fonds(), m.codes_code(), m.codes_title(), m.codes_width()],
				report.widths.map(({ fondsNumber, code, title, width }) => [fondsNumber, code, title, width]),
			);
		case 'unread':
			return csvOf(
				[m.codes_fonds(), m.codes_code(), m.codes_title(), m.codes_problem()],
				report.unread.map(({ fondsNumber, code, title, regime, problems }) => [
					fondsNumber,
					code,
					title,
					regime === '' ? m.codes_no_regime() : problemWords(problems),
				]),
			);
	}
}
