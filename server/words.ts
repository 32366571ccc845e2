import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { refusalKey, type Params, type Refusal } from '#domain/base/refusal.ts';
import { codeProblemKey, isCodeProblem } from '#domain/catalogue/reference-codes/code-problem-key.ts';
import { terminalLanguage, type Language } from './config.ts';

/** A phrase in the language of who asks. */
export type Say = (key: string, params?: Params) => string;

const MESSAGES = join(import.meta.dirname, '../src/i18n/messages');

const tables = new Map<Language, ReadonlyMap<string, string>>();

/**
 * A phrase for the terminal, read from the message files themselves: the compiled messages exist only after a build,
 * and "run the build first" must be sayable. `terminal.json` is for here alone: pages do not carry it. An unknown key is its own phrase.
 */
export function words(key: string, params: Params = {}, language: Language = terminalLanguage()): string {
	const phrase = tableOf(language).get(key) ?? key;
	return phrase.replace(/\{(\w+)\}/g, (hole, name: string) => String(params[name] ?? hole));
}

/** What a refusal says, in the language of the terminal. */
export function wordsOf(
	refusal: Pick<Refusal, 'code' | 'params'>,
	language: Language = terminalLanguage(),
): string {
	const key = refusalKey(refusal.code);
	return tableOf(language).has(key)
		? words(key, spelledOut(refusal.params, language), language)
		: [refusal.code, ...Object.entries(refusal.params).map(([name, value]) => `${name}: ${value}`)].join(
				' · ',
			);
}

/** Some refusals say with an id what is wrong with a reference code. */
function spelledOut(params: Params, language: Language): Params {
	const { problem } = params;
	if (!isCodeProblem(problem) || !tableOf(language).has(codeProblemKey(problem))) return params;
	return { ...params, problem: words(codeProblemKey(problem), params, language) };
}

function tableOf(language: Language): ReadonlyMap<string, string> {
	const known = tables.get(language);
	if (known) return known;
	const folder = join(MESSAGES, language);
	const table = new Map<string, string>();
	for (const file of readdirSync(folder))
		if (file.endsWith('.json'))
			for (const [key, phrase] of Object.entries(
				JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown>,
			))
				if (typeof phrase === 'string') table.set(key, phrase);
	tables.set(language, table);
	return table;
}
