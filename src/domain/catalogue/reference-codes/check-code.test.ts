import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkCode, fitsWidth, type CodeFacts } from './check-code.ts';
import { codeProblemKey } from './code-problem-key.ts';
import { CODE_RULES, type CodeRule } from './code-problems.ts';
import type { CodeParts } from './code-parts.ts';

const parts: CodeParts = {
	fondsNumber: 'J012',
	categoryCode: 'WS',
	year: 2015,
	retentionPeriod: 'D30',
	orgOrMatter: 'BGS',
	itemNumber: { value: 7, width: 4 },
};

function found(facts: CodeFacts, changed: CodeParts = parts, regime = 'dat13-2022-item') {
	return checkCode(regime, changed, facts).map(({ rule, where, params }) => [rule, where, params]);
}

describe('a code and what else is known', () => {
	it('agree', () => {
		const facts: CodeFacts = {
			fields: {
				fondsNumber: 'J012',
				categoryCode: 'WS',
				year: '2015',
				retentionPeriod: 'D30',
				orgOrMatter: ['办公室', 'BGS'],
				itemNumber: '007',
				// What the code does not say it does not contradict.
				fileNumber: '3',
			},
			fondsRegistered: true,
			fondsYears: { from: 2015, to: 2015 },
			thisYear: 2015,
			groupWidth: 4,
		};
		expect(found(facts)).toEqual([]);
		expect(found({})).toEqual([]);
		expect(found({ fields: { year: 2015, itemNumber: 7 } })).toEqual([]);
	});

	it('contradict each other part by part, in the order of the code', () => {
		expect(
			found({
				fields: {
					itemNumber: 8,
					orgOrMatter: ['ZZ', '组织'],
					retentionPeriod: 'Y',
					year: 2014,
					fondsNumber: 'J013',
				},
			}),
		).toEqual([
			['code.differs', 'fondsNumber', { written: 'J012', field: 'J013' }],
			['code.differs', 'year', { written: '2015', field: 2014 }],
			['code.differs', 'retentionPeriod', { written: 'D30', field: 'Y' }],
			['code.differs', 'orgOrMatter', { written: 'BGS', field: 'ZZ / 组织' }],
			['code.differs', 'itemNumber', { written: '0007', field: 8 }],
		]);
	});

	it('do not agree where one number was inserted and the other was not', () => {
		const inserted: CodeParts = {
			fondsNumber: 'B5',
			catalogueNumber: '1',
			fileNumber: { value: 23, width: 2, suffix: '甲' },
		};
		expect(found({ fields: { fileNumber: '23甲' } }, inserted, 'dat13-1994-catalogue')).toEqual([]);
		expect(found({ fields: { fileNumber: '23' } }, inserted, 'dat13-1994-catalogue').length).toBe(1);
		expect(found({ fields: { fileNumber: 23 } }, inserted, 'dat13-1994-catalogue').length).toBe(1);
	});

	it('name a fonds that is not registered, and years in which it did nothing', () => {
		expect(found({ fondsRegistered: false, fondsYears: { from: 1996, to: 2009 }, thisYear: 2014 })).toEqual([
			['code.unknown-fonds', 'fondsNumber', { written: 'J012' }],
			['code.outside-fonds', 'year', { written: 2015, from: 1996, to: 2009 }],
			['code.future-year', 'year', { written: 2015 }],
		]);
		expect(found({ fondsYears: { from: 2016 } })[0]?.[0]).toBe('code.outside-fonds');
		expect(found({ fondsYears: { to: 2016 } })).toEqual([]);
	});

	it('have retention periods of their time', () => {
		const at = (year: number, retentionPeriod: string) =>
			found({}, { ...parts, year, retentionPeriod }).map(([rule]) => rule);
		expect(at(2007, 'C')).toEqual(['code.retention-of-its-time']);
		expect(at(2006, 'C')).toEqual([]);
		expect(at(2006, 'D30')).toEqual(['code.retention-of-its-time']);
		expect(at(2007, 'D30')).toEqual([]);
		expect(at(1962, 'Y')).toEqual([]);
		expect(at(1962, 'D100')).toEqual([]);
	});

	it('have numbers as wide as their group', () => {
		const width = (value: number, own: number, group: number) =>
			found({ groupWidth: group }, { ...parts, itemNumber: { value, width: own } }).map(([rule]) => rule);
		expect(width(37, 3, 4)).toEqual(['code.group-width']);
		expect(width(37, 5, 4)).toEqual(['code.group-width']);
		expect(width(37, 4, 4)).toEqual([]);
		expect(width(12345, 5, 4)).toEqual([]);
		expect(width(37, 2, 3)).toEqual(['code.padding', 'code.group-width']);
		expect(fitsWidth({ value: 37 }, 1)).toBe(true);
	});
});

describe('a code and its regime', () => {
	it('names what cannot be written once, and what is unknown', () => {
		expect(found({}, { ...parts, categoryCode: 'WJ', retentionPeriod: 'D25', fondsNumber: 'J12' })).toEqual([
			['code.fonds-form', 'fondsNumber', { written: 'J12', form: 'A000' }],
			['code.unknown-category', 'categoryCode', { written: 'WJ' }],
			['code.unknown-retention', 'retentionPeriod', { written: 'D25' }],
		]);
		const { year: _, ...yearless } = parts;
		expect(found({}, { ...yearless, categoryCode: 'W', pageNumber: { value: 1 } })).toEqual([
			['code.not-category', 'categoryCode', { written: 'W' }],
			['code.missing-part', 'year', {}],
			['code.foreign-part', 'pageNumber', { written: '1' }],
		]);
	});
});

describe('the words of problems', () => {
	const messages = resolve(import.meta.dirname, '../../../i18n/messages');
	const wordsIn = (language: string) =>
		JSON.parse(readFileSync(join(messages, language, 'catalogue.json'), 'utf8')) as Record<string, unknown>;

	it.each(['zh-CN', 'en'])('are there in %s, and speak of what the problem knows', (language) => {
		const words = wordsIn(language);
		for (const [code, { params }] of Object.entries(CODE_RULES)) {
			const text = words[codeProblemKey(code as CodeRule)];
			expect(text, code).toBeTruthy();
			const spoken = [...JSON.stringify(text).matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
			expect(
				spoken.filter((name) => !(params as readonly string[]).includes(name as string)),
				code,
			).toEqual([]);
		}
		const known = new Set(Object.keys(CODE_RULES).map((code) => codeProblemKey(code as CodeRule)));
		expect(Object.keys(words).filter((key) => key.startsWith('code_problem_') && !known.has(key))).toEqual(
			[],
		);
	});
});
