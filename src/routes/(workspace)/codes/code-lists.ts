import type { CodeReport, UnreadLine } from '#domain/catalogue/reference-codes/code-report.ts';
import { codeProblemWords } from '#i18n/code-problem-words.ts';
import { m } from '#i18n/generated/messages.js';
import { csvOf, rangeWords, reasonWords } from './code-words.ts';

export const CODE_LISTS = ['gaps', 'duplicates', 'widths', 'unread'] as const;
export type CodeList = (typeof CODE_LISTS)[number];

/** What keeps a code from being read. */
export function problemWords(problems: UnreadLine['problems']): string {
	return problems.length === 0
		? m.codes_no_number()
		: problems.map(({ code, params }) => codeProblemWords(code, params)).join('; ');
}

/** A list as a file. */
export function listFile(report: CodeReport, list: CodeList): Blob {
	switch (list) {
		case 'gaps':
			return csvOf(
				[m.codes_fonds(), m.codes_group(), m.codes_missing(), m.codes_reason()],
				report.gaps.map((gap) => [
					gap.fondsNumber,
					gap.groupKey,
					rangeWords(gap),
					gap.isExplained || gap.reasons.length > 0
						? gap.reasons.map(reasonWords).join('; ')
						: m.codes_unexplained(),
				]),
			);
		case 'duplicates':
			return csvOf(
				[m.codes_fonds(), m.codes_code(), m.codes_title(), 'id'],
				report.duplicates.flatMap(({ fondsNumber, entries }) =>
					entries.map(({ id, code, title }) => [fondsNumber, code, title, id]),
				),
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
