import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '#domain/base/assert.ts';
import { refusalKey, type Params, type Refusal } from '#domain/base/refusal.ts';
import { codeProblemKey, isCodeProblem } from '#domain/catalogue/reference-codes/code-problem-key.ts';
import { terminalLanguage, type Language } from './config.ts';

/** A phrase in the language of who asks. */
export type Say = (key: string, params?: Params) => string;

const MESSAGES = join(import.meta.dirname, '../src/i18n/messages');

/** Forms of a phrase for the numbers in it, as the compiler of the pages reads them. */
interface Forms {
	readonly declarations: readonly string[];
	readonly match: Readonly<Record<string, string>>;
}
type Phrase = string | Forms;

const tables = new Map<Language, ReadonlyMap<string, Phrase>>();

/**
 * A phrase for the terminal, read from the message files themselves: the compiled messages exist only after a build,
 * and "run the build first" must be sayable. `terminal.json` is for here alone: pages do not carry it. An unknown key is its own phrase.
 */
export function words(key: string, params: Params = {}, language: Language = terminalLanguage()): string {
	const phrase = formOf(tableOf(language).get(key) ?? key, params, language);
	return phrase.replace(/\{(\w+)\}/g, (hole, name: string) => String(params[name] ?? hole));
}

/** The form for these numbers: of `n=one, m=*`, n and m are plurals of what the declarations say. */
function formOf(phrase: Phrase, params: Params, language: Language): string {
	if (typeof phrase === 'string') return phrase;
	const rules = new Intl.PluralRules(language);
	const plurals = new Map(
		phrase.declarations.flatMap((each) => {
			const [, local, counted] = /^local (\w+) = (\w+): plural$/.exec(each) ?? [];
			return local && counted ? [[local, rules.select(Number(params[counted]))]] : [];
		}),
	);
	const found = Object.entries(phrase.match).find(([when]) =>
		when.split(', ').every((each) => {
			const [local = '', wanted] = each.split('=');
			return wanted === '*' || wanted === plurals.get(local);
		}),
	);
	return must(found, `a form of ${JSON.stringify(phrase)}`)[1];
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

function tableOf(language: Language): ReadonlyMap<string, Phrase> {
	const known = tables.get(language);
	if (known) return known;
	const folder = join(MESSAGES, language);
	const table = new Map<string, Phrase>();
	for (const file of readdirSync(folder))
		if (file.endsWith('.json'))
			for (const [key, phrase] of Object.entries(
				JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown>,
			))
				if (typeof phrase === 'string') table.set(key, phrase);
				else if (Array.isArray(phrase)) table.set(key, phrase[0] as Forms);
	tables.set(language, table);
	return table;
}
