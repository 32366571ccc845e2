import type { Params } from '../../base/refusal.ts';
import type { FieldKey, FieldValue } from '../entry.ts';
import type { EntryView } from './entry-view.ts';
import type { PreparedRules } from './rule-facts.ts';

/** E is an error that should be corrected before the entry is registered, W needs a decision, I is for information. */
export type RuleSeverity = 'E' | 'W' | 'I';

/** `R01` … `R58`, as RULES.md and the tests quote them. */
export type RuleId = `R${number}`;

/** What a rule says about one field of one entry: data, never thrown. */
export interface RuleFinding {
	readonly rule: RuleId;
	readonly severity: RuleSeverity;
	/** The field it names: `title`, `creators#1`; `images` for what hangs on the entry. */
	readonly field: FieldKey;
	/** Key of its words in i18n: `rule_r13_format`. */
	readonly message: string;
	readonly params: Params;
	/** The field as written; shortened when it is long. */
	readonly value: string;
	/** What the field should say, in the form in which it is kept; left out where nobody can know. */
	readonly suggestion?: FieldValue;
	/** Where the rule is from. */
	readonly basis?: string;
}

/** What a rule cannot do without besides the entry. */
export type RuleNeed =
	| 'fonds'
	| 'fondsNumbers'
	| 'regime'
	| 'groupWidth'
	| 'authorities'
	| 'file'
	| 'neighbour'
	| 'images'
	| 'review'
	| 'appraisal'
	| 'deployment'
	| 'lengths'
	| 'livelihood';

/** The answer of a rule whose facts are not there. */
export type NotApplicable = 'notApplicable';

export type RuleAnswer = readonly RuleFinding[] | NotApplicable;

export interface Rule {
	readonly id: RuleId;
	/** Its cases, each with its severity; several where it depends on the document's date. */
	readonly cases: Readonly<Record<string, RuleSeverity | readonly RuleSeverity[]>>;
	/** `across`: (also) needs other entries; see `across-rules.ts`. */
	readonly scope: 'entry' | 'across';
	/** Ids of the fields and long texts it looks at; `*` for all. A change of another field cannot change its answer. */
	readonly reads: readonly string[];
	/** Facts without which (a part of) it is not applicable. */
	readonly needs: readonly RuleNeed[];
	readonly basis: string;
	/** Left out when it only works across entries. */
	readonly check?: (view: EntryView, facts: PreparedRules) => RuleAnswer;
}

/** The answer of a rule that finds nothing: one array for all. */
export const NOTHING: readonly RuleFinding[] = Object.freeze([]);
export const NOT_APPLICABLE: NotApplicable = 'notApplicable';

/** What of a value is kept in a finding. */
const SHOWN_UNITS = 200;

/** A finding of a rule; the severity is that of its case unless given. */
export function found(
	rule: Rule,
	which: string,
	field: FieldKey,
	value: string,
	more: {
		readonly params?: Params;
		readonly suggestion?: FieldValue | undefined;
		readonly severity?: RuleSeverity;
	} = {},
): RuleFinding {
	const severity = more.severity ?? rule.cases[which] ?? 'W';
	return {
		rule: rule.id,
		severity: typeof severity === 'string' ? severity : (severity[0] as RuleSeverity),
		field,
		message: messageKey(rule.id, which),
		params: more.params ?? NO_PARAMS,
		value: value.length > SHOWN_UNITS ? `${value.slice(0, SHOWN_UNITS)}…` : value,
		...(more.suggestion === undefined ? {} : { suggestion: more.suggestion }),
		basis: rule.basis,
	};
}

const NO_PARAMS: Params = Object.freeze({});

/** `R13`, `format` → `rule_r13_format`. */
export function messageKey(id: RuleId, which: string): string {
	return `rule_${id.toLowerCase()}_${which.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`)}`;
}
