import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { refusalKey } from '#domain/base/refusal.ts';
import { codeProblem, problemParams } from '#domain/catalogue/reference-codes/code-problems.ts';
import { overwriteGetLocale } from '#i18n/generated/runtime.js';
import * as laterMessages from '#i18n/refusal-messages-later.ts';
import * as firstMessages from '#i18n/refusal-messages.ts';
import { loadRefusalWords, refusalWords } from '#i18n/refusal-words.ts';
import { words, wordsOf } from '#server/words.ts';

const PROJECT = resolve(import.meta.dirname, '..');
const LANGUAGES = ['zh-CN', 'en'] as const;
/** What a refusal or finding code begins with: a word, or a part of the product. */
const PREFIXES = [
	'permissions',
	'catalogue',
	'import',
	'preservation',
	'collaboration',
	'sync',
	'administration',
	'storage',
	'config',
	'server',
	'client',
	'device',
	'sync',
	'cli',
	'tls',
	'backup',
	'restore',
	'rebuild',
	'unsent',
];
const CODE = new RegExp(`'((?:${PREFIXES.join('|')})\\.[a-z]+(?:-[a-z]+)*)'`, 'g');
/** Strings of that form that are something else. */
const OTHER = [
	// A column, audit actions, a file, and what `--json` says of a command line that cannot be read.
	'import.state',
	'import.accept',
	'import.undo',
	'import.id',
	'config.json',
	'cli.usage',
	'backup.json',
	'backup.last',
	'unsent.import',
];

/** Codes in the code, comments left out; each with a place that names it. */
function codes(): Map<string, string> {
	const found = new Map<string, string>();
	const files = globSync(['src/**/*.{ts,svelte}', 'server/**/*.ts'], {
		cwd: PROJECT,
		exclude: (path) => String(path).includes('i18n/generated'),
	});
	for (const file of files.map(String)) {
		if (/\.(test|fixture|contract)\.ts$/.test(file)) continue;
		const text = readFileSync(join(PROJECT, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
		for (const match of text.matchAll(CODE))
			if (!OTHER.includes(match[1] as string)) found.set(match[1] as string, file);
	}
	return found;
}

describe('every refusal has words', () => {
	it('finds codes', () => {
		expect(codes().size).toBeGreaterThan(60);
	});

	it.each(LANGUAGES)('in %s, for the terminal', (language) => {
		const missing = [...codes()].filter(([code]) => {
			const key = refusalKey(code);
			return words(key, {}, language) === key;
		});
		expect(missing.map(([code, file]) => `${refusalKey(code)} (${file})`)).toEqual([]);
	});

	it.each(LANGUAGES)('in %s, for pages', async (language) => {
		await loadRefusalWords();
		overwriteGetLocale(() => language);
		const missing = [...codes().keys()].filter((code) => refusalWords(code) === code);
		expect(missing).toEqual([]);
	});

	it('says the same on pages and in the terminal', () => {
		const params = { min: 10, max: 200 };
		for (const language of LANGUAGES) {
			overwriteGetLocale(() => language);
			expect(refusalWords('permissions.weak-password', params)).toBe(
				wordsOf({ code: 'permissions.weak-password', params }, language),
			);
		}
	});

	it('says what is wrong with a reference code in words, in both', async () => {
		await loadRefusalWords();
		const params = problemParams(
			codeProblem('code.lower-case', { sign: 'b', instead: 'B' }, 0, 'orgOrMatter'),
		);
		for (const [language, said] of [
			['zh-CN', '档号无法编制：机构(问题) “b”应为大写“B”'],
			['en', 'Organisation or matter'],
		] as const) {
			overwriteGetLocale(() => language);
			const shown = refusalWords('catalogue.code-problem', params);
			expect(shown).toContain(said);
			expect(shown).not.toContain('code.');
			expect(wordsOf({ code: 'catalogue.code-problem', params }, language)).toBe(shown);
		}
	});

	it('shows the code when there are no words', () => {
		expect(refusalWords('nothing.such')).toBe('nothing.such');
		expect(wordsOf({ code: 'nothing.such', params: { file: 'a' } }, 'en')).toBe('nothing.such · file: a');
	});

	it('are loaded by pages, all of them and nothing else', () => {
		const said = globSync('src/i18n/messages/zh-CN/*.json', { cwd: PROJECT })
			.map(String)
			.filter((file) => !file.endsWith('terminal.json'))
			.flatMap((file) => Object.keys(JSON.parse(readFileSync(join(PROJECT, file), 'utf8')) as object))
			.filter((key) => key.startsWith('refusal_'));
		const loaded = [...Object.keys(firstMessages), ...Object.keys(laterMessages)];
		expect(loaded.toSorted()).toEqual(said.toSorted());
	});
});
