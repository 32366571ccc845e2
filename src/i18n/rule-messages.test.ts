import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { messageKey } from '#domain/catalogue/rules/rule.ts';
import { RULES } from '#domain/catalogue/rules/rules.ts';
import * as messages from './rule-messages.ts';
import { loadRuleWords, ruleName, ruleWords } from './rule-words.ts';

/** What stands in the message files: words, or forms for one and for many. */
const said = (language: string): Record<string, unknown> =>
	JSON.parse(readFileSync(join(import.meta.dirname, `messages/${language}/rules.json`), 'utf8')) as Record<
		string,
		unknown
	>;

describe('the words of rules', () => {
	it('are there for every case of every rule, and for nothing else', () => {
		const wanted = RULES.flatMap((rule) => [
			`rule_${rule.id.toLowerCase()}_name`,
			...Object.keys(rule.cases).map((which) => messageKey(rule.id, which)),
		]).toSorted();
		expect(Object.keys(messages).toSorted()).toEqual(wanted);
		for (const language of ['zh-CN', 'en']) expect(Object.keys(said(language)).toSorted()).toEqual(wanted);
	});

	it('speak of the same values in both languages', () => {
		const holes = (words: unknown): string[] =>
			[...new Set(JSON.stringify(words).match(/\{\w+\}/g) ?? [])].toSorted();
		const [chinese, english] = [said('zh-CN'), said('en')];
		for (const key of Object.keys(chinese)) expect(holes(english[key]), key).toEqual(holes(chinese[key]));
	});

	it('are shown by code, once loaded', async () => {
		const finding = { message: 'rule_r27_short', params: { count: 2, least: 4 } };
		expect(ruleWords(finding)).toBe('rule_r27_short');
		await loadRuleWords();
		expect(ruleWords(finding)).toContain('2');
		expect(ruleName('R27')).not.toBe('R27');
		expect(ruleWords({ message: 'rule_r99_none', params: {} })).toBe('rule_r99_none');
	});
});
