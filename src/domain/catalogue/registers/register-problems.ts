import type { RegisterProblem } from './register.ts';

interface Rule {
	/** What its words speak of. */
	readonly params: readonly string[];
	readonly isWarning?: true;
}

function error(...params: string[]): Rule {
	return { params };
}

function warning(...params: string[]): Rule {
	return { params, isWarning: true };
}

/** Everything that can be wrong with records of registers and their sheets. Words: `register_problem_<code>`. */
export const REGISTER_PROBLEMS = {
	// One field.
	unknown_field: error(),
	missing: error(),
	not_text: error(),
	not_number: error(),
	not_list: error(),
	not_record: error(),
	not_term: error('text'),
	too_long: error('most'),
	too_many: error('most'),
	out_of_range: error('least', 'most'),
	blank_around: error('text'),
	name_sign: error('text', 'sign'),
	code_sign: error('text'),
	repeated: error('text'),
	// A record among those of the archive, when it is saved.
	twice: error(),
	record_unknown: error(),
	changed_meanwhile: error('name', 'version'),
	// Local fields.
	field_id: error(),
	field_id_taken: error('id'),
	field_name_taken: error('name', 'field'),
	label_missing: error('max'),
	field_area: error(),
	field_type: error(),
	field_repeatable: error(),
	field_repeats: error(),
	field_obligation: error(),
	field_length: error(),
	field_aliases: error('max'),
	field_terms: error(),
	field_terms_unused: error(),
	field_term: error('row'),
	field_term_again: error('id', 'row'),
	// Texts with a time.
	dated_empty: error('text'),
	dated_dates: error('text'),
	dated_reversed: error('text'),
	// Authorities.
	no_name: error(),
	names_overlap: error('one', 'other'),
	name_taken: warning('text', 'other'),
	short_name_taken: warning('text', 'other'),
	organ_code_taken: warning('text', 'other'),
	predecessor_self: error(),
	predecessor_unknown: error('text'),
	predecessor_loop: error('other'),
	// Fonds.
	fonds_number_form: error('text'),
	fonds_number_unusual: warning('text', 'form'),
	fonds_number_taken: error('text', 'other'),
	fonds_unknown: error('text'),
	fonds_self: error(),
	fonds_loop: error('other'),
	years_reversed: error('from', 'to'),
	ended_but_active: error('to'),
	abolished_without_end: warning(),
	category_unknown: warning('text'),
	creator_unknown: error('text'),
	regime_unknown: error('text'),
	regime_use_hidden: error('number', 'other'),
	regime_uses_overlap: error('number', 'other'),
	regime_uses_cross: warning('number', 'other'),
	// Holdings.
	no_extent: error(),
	excluded_too_many: error('excluded', 'held'),
	numbers_incomplete: error(),
	numbers_reversed: error('from', 'to'),
	numbers_differ: warning('files', 'numbers'),
	holdings_overlap: error('other'),
	// Sheets.
	sheet_empty: error(),
	sheet_column_unknown: error('text'),
	sheet_column_repeated: error('text'),
	sheet_column_missing: error('text'),
	sheet_cell: error('text', 'form'),
	sheet_formula: error(),
	sheet_too_many_cells: error('most'),
} as const satisfies Record<string, Rule>;

export type RegisterProblemCode = keyof typeof REGISTER_PROBLEMS;

/** What people are shown of a text that may be anything. */
const SHOWN_UNITS = 60;

/** A problem with the weight of its rule; long texts are shortened. */
export function registerProblem(
	code: RegisterProblemCode,
	field: string,
	params: Readonly<Record<string, string | number>> = {},
): RegisterProblem {
	const rule: Rule = REGISTER_PROBLEMS[code];
	const shown = Object.fromEntries(
		Object.entries(params).map(([name, value]) => [
			name,
			typeof value === 'string' && value.length > SHOWN_UNITS ? `${value.slice(0, SHOWN_UNITS)}…` : value,
		]),
	);
	return { field, code, params: shown, ...(rule.isWarning ? { isWarning: true as const } : {}) };
}

/** Whether nothing keeps the content from being written. */
export function isAcceptable(problems: readonly RegisterProblem[]): boolean {
	return problems.every(({ isWarning }) => isWarning === true);
}
