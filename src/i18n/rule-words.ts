import type { Params } from '#domain/base/refusal.ts';
import type { RuleFinding, RuleId } from '#domain/catalogue/rules/rule.ts';

type RuleMessages = typeof import('./rule-messages.ts');
/** Every key of the words of rules, names included. */
export type RuleMessageKey = keyof RuleMessages;

let messages: Readonly<Record<string, ((params: Params) => string) | undefined>> = {};
let loading: Promise<void> | undefined;

/** Loads the words of rules, which no first page needs; asked for again when it failed. */
export function loadRuleWords(): Promise<void> {
	return (loading ??= import('./rule-messages.ts').then(
		(loaded) => void (messages = loaded as unknown as typeof messages),
		(error: unknown) => {
			loading = undefined;
			throw error;
		},
	));
}

/** What a finding says in the language of the page; its key while the words are not there. */
export function ruleWords({ message, params }: Pick<RuleFinding, 'message' | 'params'>): string {
	return messages[message]?.(params) ?? message;
}

/** The short name of a rule for lists; its id while the words are not there. */
export function ruleName(id: RuleId): string {
	return messages[`rule_${id.toLowerCase()}_name`]?.({}) ?? id;
}
