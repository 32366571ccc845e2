import type { RegisterProblem, RegisterRecord } from '#domain/catalogue/registers/register.ts';
import { GATE_TARGETS, percentOf } from '#domain/statistics/holdings/gates.ts';
import type { SheetOutcome } from '#server/catalogue/registers/sheet-desk.ts';
import type { ResolveOutcome } from '#server/collaboration/authorities/resolve-desk.ts';
import { table } from './columns.ts';
import type { Language } from '#server/config.ts';
import type { ShownGateBoard } from '#server/statistics/gate-desk.ts';
import type { Say } from '#server/words.ts';

/** Lines of one gate that are printed; `--json` has all. */
const LINES = 20;

/** Results of the verbs of registers as people read them. */
export const REGISTER_PRINTERS: Readonly<
	Record<string, (result: never, say: Say, language: Language) => string>
> = {
	'authority-import': (result: SheetOutcome, say, language) =>
		[
			say(result.isSaved ? 'cli_sheet_saved' : 'cli_sheet_tried', {
				file: result.fileName,
				new: result.counts.new,
				changed: result.counts.changed,
				same: result.counts.same,
				wrong: result.counts.wrong,
			}),
			...(result.absent.length > 0
				? [
						say('cli_sheet_absent', {
							columns: result.absent
								.map((label) => label[language === 'en' ? 'en' : 'zh'])
								.join(language === 'en' ? ', ' : '、'),
						}),
					]
				: []),
			...result.rows.flatMap(({ row, problems }) =>
				problems.map((problem) =>
					say('cli_sheet_problem', {
						row,
						column: problem.column || problem.field,
						words: problemWords(problem, say),
					}),
				),
			),
		].join('\n'),

	'authority-list': (
		result: { readonly total: number; readonly records: readonly (RegisterRecord & { title: string })[] },
		say,
	) =>
		[
			say('cli_authority_listed', { total: result.total }),
			...table(
				[],
				result.records.map(({ id, title, version }) => [id, title, version]),
			),
		].join('\n'),

	'authority-resolve': (result: ResolveOutcome, say) =>
		[
			say('cli_resolve_fits', { rows: result.rows, name: result.authority.title }),
			...result.byFonds.map(({ title, rows }) => `  ${title}  ${rows}`),
			...(result.preview?.groups ?? []).map(({ from, to, count }) => `  ${from} → ${to}  ${count}`),
			say('cli_resolve_left', result.left),
			...result.ambiguousWith.map(({ id, title }) => say('cli_resolve_ambiguous', { id, title })),
			...result.problems.map((problem) => problemWords(problem, say)),
			...(result.order
				? [say('cli_resolve_ordered', { number: result.order.number, rows: result.order.rows })]
				: []),
			...(result.isSaved ? [say('cli_resolve_saved')] : []),
		].join('\n'),

	gates: (result: ShownGateBoard, say, language) =>
		result.gates
			.flatMap((gate) => [
				say('cli_gate', {
					gate:
						GATE_TARGETS.find((each) => each.gate === gate.gate)?.label[language === 'en' ? 'en' : 'zh'] ??
						gate.gate,
					percent: percentOf(gate.numerator, gate.denominator) ?? '—',
					numerator: gate.numerator,
					denominator: gate.denominator,
					target: gate.target * 100,
					state: say(gate.isMet ? 'cli_gate_met' : 'cli_gate_not_met'),
				}),
				...table(
					[],
					gate.lines
						.slice(0, LINES)
						.map(({ title, held, found, missing, tooMany }) => [
							`  ${title}`,
							held,
							found,
							-missing,
							`+${tooMany}`,
						]),
				),
			])
			.join('\n'),
};

function problemWords({ code, params }: RegisterProblem, say: Say): string {
	return say(`register_problem_${code}`, params);
}
