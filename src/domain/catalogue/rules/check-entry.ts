import { fieldIdOf, type FieldKey } from '../entry.ts';
import { EntryView } from './entry-view.ts';
import { NOT_APPLICABLE, type Rule, type RuleAnswer, type RuleFinding, type RuleId } from './rule.ts';
import type { CheckedEntry, PreparedRules } from './rule-facts.ts';
import { RULES } from './rules.ts';

export interface CheckOptions {
	/** Only these rules. */
	readonly rules?: readonly RuleId[];
	/** Only the rules that read one of these fields: those a change of them can change. */
	readonly fields?: readonly FieldKey[];
}

const CHECKED: readonly Rule[] = RULES.filter((rule) => rule.check !== undefined);

/** What every rule that looks at one entry says about it, in the order of the rules. Never throws. */
export function checkEntry(
	entry: CheckedEntry,
	prepared: PreparedRules,
	options: CheckOptions = {},
): RuleFinding[] {
	const findings: RuleFinding[] = [];
	const view = new EntryView(entry, prepared);
	for (const rule of options.rules || options.fields ? rulesFor(options) : CHECKED) {
		const answer = rule.check?.(view, prepared);
		if (answer !== undefined && answer !== NOT_APPLICABLE && answer.length > 0) findings.push(...answer);
	}
	return findings;
}

/** The answer of one rule, which may be that it has nothing to go by. */
export function checkRule(rule: Rule, entry: CheckedEntry, prepared: PreparedRules): RuleAnswer {
	return rule.check?.(new EntryView(entry, prepared), prepared) ?? NOT_APPLICABLE;
}

/** The rules of a choice, in order. */
export function rulesFor({ rules, fields }: CheckOptions): readonly Rule[] {
	const ids = fields && new Set(fields.map(fieldIdOf));
	return CHECKED.filter(
		(rule) =>
			(!rules || rules.includes(rule.id)) &&
			(!ids || rule.reads.some((field) => field === '*' || ids.has(field))),
	);
}

/** The findings after a change of some fields: those of rules that do not read them are kept. */
export function recheck(
	entry: CheckedEntry,
	prepared: PreparedRules,
	before: readonly RuleFinding[],
	changed: readonly FieldKey[],
): RuleFinding[] {
	const again = new Set(rulesFor({ fields: changed }).map(({ id }) => id));
	return [
		...before.filter(({ rule }) => !again.has(rule)),
		...checkEntry(entry, prepared, { fields: changed }),
	].toSorted((a, b) => (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0));
}
