import type { CodeBlock } from '#domain/catalogue/reference-codes/code-block.ts';
import type { CodeDuplicate, CodeGap, ResolvedCode } from '#domain/catalogue/reference-codes/code-report.ts';
import { writtenPart, type CodeParts } from '#domain/catalogue/reference-codes/code-parts.ts';
import { codeProblemKey } from '#domain/catalogue/reference-codes/code-problem-key.ts';
import type { CodeProblem } from '#domain/catalogue/reference-codes/code-problems.ts';
import type { FormattedCode } from '#domain/catalogue/reference-codes/format-code.ts';
import type { ParsedCode, UnreadCode } from '#domain/catalogue/reference-codes/parse-code.ts';
import type {
	RedoLine,
	Renumbered,
	RenumberPreview,
} from '#domain/catalogue/reference-codes/renumber-preview.ts';
import {
	renumberingStateKey,
	type RenumberingPage,
	type RenumberingReport,
	type ShownRenumbering,
} from '#domain/catalogue/reference-codes/renumbering-list.ts';
import { table } from './columns.ts';
import type { Say } from '#server/words.ts';

/** Results of the verbs of reference codes as people read them. */
export const CODE_PRINTERS: Readonly<Record<string, (result: never, say: Say) => string>> = {
	'code-parse': (result: (ParsedCode | UnreadCode) & { regime: string }, say) =>
		result.ok
			? [result.canonical, ...partLines(result.parts), ...problemLines(result.notes, say)].join('\n')
			: [
					say('cli_code_unread', { regime: result.regime }),
					...problemLines(result.problems, say),
					...(result.suggestion === undefined ? [] : [say('cli_code_meant', { code: result.suggestion })]),
				].join('\n'),
	'code-format': (result: FormattedCode, say) =>
		result.ok ? result.text : [say('cli_code_unwritten'), ...problemLines(result.problems, say)].join('\n'),
	'code-gaps': (result: { gapCount: number; gaps: readonly CodeGap[]; waiting: number }, say) =>
		[
			say('cli_code_gaps_found', { count: result.gapCount }),
			...table(
				[],
				result.gaps.map(({ groupKey, from, to, isExplained, reasons }) => [
					groupKey,
					from === to ? from : `${from}–${to}`,
					isExplained ? '' : '?',
					reasons
						.map(({ kind, why, actorName }) => [kind, actorName, why].filter(Boolean).join(' '))
						.join('; '),
				]),
			),
			...waitingLine(result.waiting, say),
		].join('\n'),
	'code-duplicates': (
		result: { duplicateCount: number; duplicates: readonly CodeDuplicate[]; waiting: number },
		say,
	) =>
		[
			say('cli_code_duplicates_found', { count: result.duplicateCount }),
			...result.duplicates.flatMap(({ code, count, entries }) => [
				code,
				...entries.map((entry) => `  ${entry.id}  ${entry.code}  ${entry.title}`),
				...(entries.length < count
					? [`  ${say('codes_duplicate_more', { shown: entries.length, count })}`]
					: []),
			]),
			...waitingLine(result.waiting, say),
		].join('\n'),
	'code-resolve': ({ entries }: { entries: readonly ResolvedCode[] }, say) =>
		entries.length === 0
			? say('cli_code_nobody')
			: entries
					.map(
						({ id, code, title, how, changedAt }) =>
							`${id}  ${code}  ${title}${how === 'former' ? `  ${say('cli_code_former', { at: changedAt ?? '' })}` : ''}`,
					)
					.join('\n'),
	renumber: (result: RenumberPreview | Renumbered, say) =>
		[
			'order' in result
				? say('cli_renumber_done', {
						drafts: result.order ? 0 : result.lines.length - result.stale.length,
						registered: result.registered,
						order: result.order?.number ?? '—',
					})
				: say('cli_renumber_planned', {
						count: result.lines.length,
						drafts: result.lines.length - result.registered,
						registered: result.registered,
					}),
			...table(
				[],
				result.lines.map(({ oldCode, newCode, state, title }) => [
					oldCode || '—',
					'→',
					newCode,
					state,
					title,
				]),
			),
			...(result.freeCodes.length > 0
				? [say('cli_renumber_free', { codes: result.freeCodes.join(', ') })]
				: []),
			...result.kept.map(({ groupKey: group, from, to, personName: name }) =>
				say('cli_renumber_kept', { group, from, to, name }),
			),
			redoLine(result.redo, say),
		].join('\n'),
	'code-renumberings': (result: RenumberingPage | RenumberingReport, say) =>
		('renumberings' in result ? renumberingLines(result, say) : reportLines(result, say)).join('\n'),
	'code-reserve': ({ id, codes }: CodeBlock, say) =>
		[say('cli_code_reserved', { block: id, count: codes.length }), codes[0], codes.at(-1)].join('\n'),
	'code-return': ({ unused }: { unused: number }, say) => say('cli_code_returned', { unused }),
};

function redoLine(redo: readonly RedoLine[], say: Say): string {
	const count = (wanted: RedoLine['kind']): number => redo.filter(({ kind }) => kind === wanted).length;
	return say('cli_renumber_redo', { stamps: count('stamp'), labels: count('label'), boxes: count('box') });
}

function renumberingLines({ total, renumberings }: RenumberingPage, say: Say): string[] {
	return [
		total === 0 ? say('codes_renumberings_none') : say('cli_renumberings_found', { count: total }),
		...table(
			[],
			renumberings.map((each) => [
				each.id,
				each.at,
				each.actorName,
				each.groupKey,
				...stateCells(each, say),
				each.why,
			]),
		),
	];
}

/** How many codes it changed of how many, what has become of it, and the order it was made. */
function stateCells({ state, changed, count, order }: ShownRenumbering, say: Say): string[] {
	return [`${changed}/${count}`, say(renumberingStateKey(state)), order?.number ?? ''];
}

function reportLines(report: RenumberingReport, say: Say): string[] {
	return [
		[report.id, report.at, report.actorName, ...stateCells(report, say), report.why]
			.filter(Boolean)
			.join('  '),
		...table(
			[],
			report.lines.map(({ oldCode, newCode, now, title }) => [
				oldCode || '—',
				'→',
				newCode,
				now === newCode ? '' : say('codes_renumbered_now', { code: now || '—' }),
				title,
			]),
		),
		redoLine(report.redo, say),
		...report.redo.map(({ kind, oldCode, newCode, boxNumber }) =>
			['  □', say(`codes_redo_${kind}`), kind === 'box' ? boxNumber : oldCode || '—', '→', newCode].join(
				'  ',
			),
		),
	];
}

function waitingLine(waiting: number, say: Say): string[] {
	return waiting === 0 ? [] : [say('cli_code_waiting', { count: waiting })];
}

function partLines(parts: CodeParts): string[] {
	return table(
		[],
		Object.entries(parts).map(([id, value]) => [`  ${id}`, writtenPart(value as string | number)]),
	);
}

/** What is wrong or was passed over, with the part and the place in the text. */
function problemLines(problems: readonly CodeProblem[], say: Say): string[] {
	return problems.map(
		({ code, part, at, params }) =>
			`  ${[part ?? '', `@${at}`, say(codeProblemKey(code), params)].filter(Boolean).join('  ')}`,
	);
}
