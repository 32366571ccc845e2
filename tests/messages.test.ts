import { globSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { m } from '#i18n/generated/messages.js';
import { overwriteGetLocale } from '#i18n/generated/runtime.js';
import { words } from '#server/words.ts';

/** A message with forms, as the message files hold it. */
interface Forms {
	readonly declarations: readonly string[];
	readonly selectors: readonly string[];
	readonly match: Readonly<Record<string, string>>;
}
type Message = string | readonly [Forms];

const MESSAGES = resolve(import.meta.dirname, '../src/i18n/messages');
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, Message>;
const messages = globSync('en/*.json', { cwd: MESSAGES }).flatMap((file) => {
	const chinese = read(join(MESSAGES, 'zh-CN', basename(file)));
	return Object.entries(read(join(MESSAGES, file))).map(([key, english]) => ({
		key,
		english,
		chinese: chinese[key] as string,
	}));
});

/** In Chinese a measure word follows what is counted, unless it is the number of something (第 3 条). */
const COUNTED =
	/(?<!第)(?<!第 )\{(\w+)\} ?(?:个|条(?!目)|处|项|份|件|行|天|位|字|组|张|次|幅|页(?!号)|段|层|号(?!段)|种|人)/gu;
/** Bounds of the product, which are never one, and bytes of whole files. */
const NEVER_ONE = ['min', 'max', 'limit', 'bytes'];

/** Messages whose English words are the same for one. */
const THE_SAME = [
	// A participle or a remainder follows.
	'shell_people_more',
	'shell_saved_tab',
	'shell_saved_device',
	'preservation_state_tab',
	'preservation_state_device',
	'catalogue_import_more',
	'catalogue_import_undo_done',
	'checks_card_count',
	'checks_fix_line',
	'codes_block_hint',
	'codes_block_next',
	'comments_open_count',
	'conflicts_filter_age_days',
	'gates_excluded',
	'gates_missing_link',
	'gates_pages',
	'import_creators_report',
	'orders_preview_conflict',
	'orders_preview_long',
	'orders_title_waiting',
	'proposals_accepted_many',
	'refusal_purge_still_there',
	'review_below',
	'review_outcome',
	'device_old_notice',
	'store_depositing',
	'store_waiting_more',
	'store_check_failed',
	'cli_check_accepted',
	'cli_check_entry',
	'cli_check_listed',
	'cli_conflicts_total',
	'cli_order_listed',
	'cli_store_still_waiting',
	'cli_store_versions',
	'cli_code_returned',
	'codes_more',
	// Never one: what stands beside each other, what is too long, and bounds above one.
	'catalogue_conflict_title',
	'catalogue_conflict_field',
	'catalogue_conflict_parent',
	'catalogue_conflict_level',
	'catalogue_field_too_long',
	'refusal_catalogue_several_values',
	'refusal_catalogue_code_several',
	'refusal_catalogue_code_block_size',
	'refusal_catalogue_renumber_too_many',
	'refusal_import_too_long',
	'refusal_permissions_bad_token_request',
	'refusal_preservation_bag_several',
	'code_problem_duplicate',
	'code_problem_too_many_parts',
	'codes_renumber_choose',
	'codes_duplicate_more',
	'date_problem_lunar_day_missing',
	'rule_r27_long',
	'rule_r35_separators',
	'rule_r57_long',
	'cli_show_conflict',
];

/** What is counted in a message and followed by a word, which may change with the number. */
function counted(english: string, chinese: string): string[] {
	const names = new Set([...chinese.matchAll(COUNTED)].map((match) => match[1] as string).concat('count'));
	return [...english.matchAll(/\{(\w+)\} (?=[a-z])/gu)]
		.map((match) => match[1] as string)
		.filter((name) => names.has(name) && !NEVER_ONE.includes(name));
}

describe('messages', () => {
	it('have each key once: of two, the first would never be shown', () => {
		for (const language of ['zh-CN', 'en']) {
			const keys = globSync(`${language}/*.json`, { cwd: MESSAGES }).flatMap((file) =>
				[...readFileSync(join(MESSAGES, file), 'utf8').matchAll(/^\t"(\w+)":/gmu)].map((match) => match[1]),
			);
			expect(keys.length).toBeGreaterThan(1500);
			expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
		}
	});
});

/** What is Chinese in the code and no word of a page: sounds, samples, a name of the product, data in the tests of a device. */
const NOT_SHOWN = /type-ahead\.ts$|passkey\.ts$|\/samples\/|\.(test|contract)\.ts$/;
/** Labels of both languages stand side by side, as in profiles; the switch of the language names the other one. */
const BOTH_LANGUAGES = /\bzh: '|<span lang="zh-CN">中<\/span>/u;
const COMMENT = /\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->|^\s*\/\/.*$/gmu;
const PATTERN = /\/(?:\[[^\]]*\]|[^/\n])+\/[a-z]*/gu;

describe('pages', () => {
	it('take their words and signs from messages, in both languages', () => {
		const files = globSync('{routes,components,ui,client,i18n}/**/*.{ts,svelte}', {
			cwd: join(MESSAGES, '../..'),
			exclude: (path) => String(path).includes('generated'),
		});
		const wrong = files.map(String).flatMap((file) => {
			if (NOT_SHOWN.test(file)) return [];
			const text = readFileSync(join(MESSAGES, '../..', file), 'utf8');
			const code = text.replace(COMMENT, (words) => words.replace(/[^\n]/gu, ' ')).split('\n');
			return code.flatMap((line, index) =>
				/[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]/u.test(line.replace(PATTERN, '')) &&
				!BOTH_LANGUAGES.test(line)
					? [`${file}:${index + 1} ${line.trim()}`]
					: [],
			);
		});
		expect(files.length).toBeGreaterThan(200);
		expect(wrong).toEqual([]);
	});
});

describe('English words follow their numbers', () => {
	it('in every message with a count, but those that say the same for one', () => {
		const wrong = messages.flatMap(({ key, english, chinese }) =>
			typeof english === 'string' && counted(english, chinese).length > 0 ? [key] : [],
		);
		expect(wrong.filter((key) => !THE_SAME.includes(key))).toEqual([]);
		expect(THE_SAME.filter((key) => !wrong.includes(key))).toEqual([]);
	});

	it('with a form for every number, in the way both readers know', () => {
		for (const { key, english } of messages) {
			if (typeof english === 'string') continue;
			const [{ declarations, selectors, match }] = english;
			const locals = declarations.flatMap((each) => /^local (\w) = \w+: plural$/.exec(each)?.[1] ?? []);
			expect(selectors, key).toEqual(locals);
			for (const when of Object.keys(match))
				expect(when, key).toMatch(/^[nm]=(one|other)(, m=(one|other|\*))?$/u);
			for (const inputs of [Array(2).fill('1'), Array(2).fill('2'), ['1', '2'], ['2', '1']]) {
				const names = declarations.flatMap((each) => /^input (\w+)$/.exec(each)?.[1] ?? []);
				const params = Object.fromEntries(names.map((name, index) => [name, inputs[index] as string]));
				expect(words(key, params, 'en'), `${key}: ${JSON.stringify(params)}`).not.toBe(key);
			}
		}
	});

	it('on pages and in the terminal, also for numbers with separators', () => {
		overwriteGetLocale(() => 'en');
		for (const [count, said] of [
			['0', '0 entries'],
			['1', '1 entry'],
			['2', '2 entries'],
			['1,234', '1,234 entries'],
		] as const) {
			expect(m.catalogue_list_count({ count })).toBe(said);
			expect(words('catalogue_list_count', { count }, 'en')).toBe(said);
		}
		expect(m.orders_preview_counts({ rows: '2', entries: '1' })).toBe('2 values change, in 1 entry');
		expect(words('cli_archive_valid', { objects: 2, warnings: 1 }, 'en')).toBe(
			'Valid: 2 objects, 1 warning.',
		);
		overwriteGetLocale(() => 'zh-CN');
		expect(m.catalogue_list_count({ count: '1' })).toBe('1 条');
	});
});
