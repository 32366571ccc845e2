import type { Params } from '../../base/refusal.ts';
import { PART_LABELS, type PartId } from './code-parts.ts';

interface Rule {
	/** Errors keep an entry from being registered, warnings need a decision. */
	readonly severity: 'error' | 'warning';
	/** What its words speak of. */
	readonly params: readonly string[];
}

function error(...params: string[]): Rule {
	return { severity: 'error', params };
}

function warning(...params: string[]): Rule {
	return { severity: 'warning', params };
}

/** Everything that can be wrong with codes. Words: see `codeProblemKey`. */
export const CODE_RULES = {
	// The text as a whole.
	'code.empty': error(),
	'code.too-few-parts': error('found', 'least'),
	'code.too-many-parts': error('found', 'most'),
	'code.series-parts': error('found', 'expected'),
	'code.ambiguous': error('written'),
	// One part of it.
	'code.empty-part': error(),
	'code.blank': error(),
	'code.full-width': error('sign', 'instead'),
	'code.lower-case': error('sign', 'instead'),
	'code.sign': error('sign'),
	'code.too-short': error('written', 'least'),
	'code.too-long': error('written', 'most'),
	'code.not-year': error('written'),
	'code.not-category': error('written'),
	'code.not-retention': error('written'),
	'code.not-number': error('written'),
	'code.zero': error('written'),
	// Read all the same, with a note.
	'code.separator': error('written', 'instead', 'count'),
	'code.blank-around': error(),
	'code.zero-width': error('count'),
	'code.padding': warning('written', 'padded'),
	'code.unknown-category': error('written'),
	'code.unknown-retention': error('written'),
	'code.fonds-form': warning('written', 'form'),
	// Parts that make no code.
	'code.missing-part': error(),
	'code.foreign-part': error('written'),
	'code.suffix': error('written'),
	'code.out-of-range': error('written', 'most'),
	// Parts against what else is known.
	'code.differs': error('written', 'field'),
	'code.unknown-fonds': error('written'),
	'code.outside-fonds': warning('written', 'from', 'to'),
	'code.future-year': error('written'),
	'code.retention-of-its-time': warning('written', 'year'),
	'code.group-width': warning('written', 'width'),
	// Codes of one group.
	'code.gap': warning('from', 'to', 'count'),
	'code.duplicate': error('written', 'count'),
	// Renumbering.
	'code.taken': error('written'),
	'code.same-entry': error('entry'),
	'code.several-groups': error('written'),
} as const satisfies Record<string, Rule>;

export type CodeRule = keyof typeof CODE_RULES;

/** Something about a code that people should know. */
export interface CodeProblem {
	readonly code: CodeRule;
	readonly severity: 'error' | 'warning';
	/** The part it speaks of; left out when it is the whole. */
	readonly part?: PartId;
	/** Where in the text as received, in UTF-16 units; 0 when there is no text. */
	readonly at: number;
	readonly params: Params;
}

/** What people are shown of a text that may be anything. */
const SHOWN_UNITS = 60;

/** A problem with the severity of its rule; long texts are shortened. */
export function codeProblem(
	code: CodeRule,
	params: Params = {},
	at = 0,
	part: PartId | undefined = undefined,
): CodeProblem {
	const { severity } = CODE_RULES[code];
	const { written } = params;
	if (typeof written === 'string' && written.length > SHOWN_UNITS)
		params = { ...params, written: `${written.slice(0, SHOWN_UNITS)}…` };
	return part === undefined ? { code, severity, at, params } : { code, severity, part, at, params };
}

/** What a refusal says of a problem: its id, of which words are made, and its part as people call it in both languages. */
export function problemParams(problem: CodeProblem | undefined): Params {
	const label = problem?.part === undefined ? undefined : PART_LABELS[problem.part];
	return {
		...problem?.params,
		problem: problem?.code ?? 'code.empty',
		part: label?.zh ?? '',
		partEn: label?.en ?? '',
	};
}
