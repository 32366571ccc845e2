import { countsBy, type ShownFinding } from '#domain/catalogue/checks/campaign.ts';
import type { CheckAnswer } from './check-verbs.ts';
import { lineOf, table } from './columns.ts';
import type { Language } from '#server/config.ts';
import { words, type Say } from '#server/words.ts';

/** Results of the verbs of checks as people read them. */
export const CHECK_PRINTERS: Readonly<Record<string, (result: never, say: Say) => string>> = {
	check: ({ findings, total, campaign }: CheckAnswer, say) => {
		const lines = table([], findings.map(findingCells));
		if (!campaign) return [say('cli_check_entry', { total }), ...lines].join('\n');
		return [
			say('cli_check_done', { number: campaign.number, entries: campaign.done, open: campaign.open }),
			...table(
				[],
				countsBy(campaign.counts, ({ rule }) => rule).map(({ key, severity, open, accepted }) => [
					key,
					severity,
					open,
					accepted > 0 ? say('cli_check_accepted', { count: accepted }) : '',
				]),
			),
			...(findings.length < total ? [say('cli_check_listed', { shown: findings.length, total })] : []),
			...lines,
		].join('\n');
	},
};

/** A line of progress of a check; undefined for any other. */
export function checkProgressText(progress: unknown, language: Language): string | undefined {
	const { checked, of } = progress as { checked?: number; of?: number };
	return checked === undefined
		? undefined
		: words('cli_check_progress', { done: checked, total: of ?? 0 }, language);
}

function findingCells(finding: ShownFinding): (string | number)[] {
	const { rule, severity, referenceCode, title, field, value, suggestion, accepted } = finding;
	return [
		rule,
		severity,
		referenceCode || finding.entryId,
		title.slice(0, 40),
		`${field}: ${value.slice(0, 60)}${suggestion === undefined ? '' : ` → ${lineOf(suggestion)}`}`,
		accepted ? '✓' : '',
	];
}
