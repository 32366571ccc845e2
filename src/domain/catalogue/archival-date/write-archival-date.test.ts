import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ArchivalDate, DateProblem } from './archival-date.ts';
import { dayOfIso, type DayNumber } from './days.ts';
import { parseArchivalDate } from './parse-archival-date.ts';
import { dayInCalendar, eightDigitsOf, formatArchivalDate, toEdtf } from './write-archival-date.ts';

const today = dayOfIso('2026-11-27') as DayNumber;
const parse = (text: string): ArchivalDate => parseArchivalDate(text, { today });

describe('a date in words', () => {
	it.each([
		['19850514', '1985年5月14日', '14 May 1985'],
		['198505', '1985年5月', 'May 1985'],
		['19850000', '1985年', '1985'],
		['[19450815]', '[1945年8月15日]', '[15 August 1945]'],
		['约1950年', '约1950年', 'c. 1950'],
		['1950?', '1950年？', '1950?'],
		['［约1950］?', '[约1950年]？', '[c. 1950]?'],
		['1985.3—1987.12', '1985年3月—1987年12月', 'March 1985 – December 1987'],
		['../1987', '1987年以前', 'until 1987'],
		['1985/', '1985年以后', 'from 1985'],
		['1950年代', '1950年代', '1950s'],
		['20世纪', '20世纪', '20th century'],
		['21世纪', '21世纪', '21st century'],
		['1985年春', '1985年春', 'spring 1985'],
		['1985年第三季度', '1985年第三季度', 'third quarter 1985'],
		['5/6/1985', '1985年5月6日或1985年6月5日？', '6 May 1985 or 5 June 1985?'],
		['1985年5月14日、16日', '1985年5月14日、1985年5月16日', '14 May 1985, 16 May 1985'],
		['1952-XX-XX', '1952年', '1952'],
		['民国三十八年五月', '1949年5月（民国三十八年五月）', 'May 1949 (民国三十八年五月)'],
		['宣统三年八月十九日', '1911年10月10日（宣统三年八月十九日）', '10 October 1911 (宣统三年八月十九日)'],
		[
			'光绪二十三年',
			'1897年2月2日—1898年1月21日（光绪二十三年）',
			'2 February 1897 – 21 January 1898 (光绪二十三年)',
		],
		['不详', '日期不详', 'undated'],
		['', '日期不详', 'undated'],
		['光绪四十年', '光绪四十年', '光绪四十年'],
	])('%s', (text, zh, en) => {
		expect(formatArchivalDate(parse(text), 'zh')).toBe(zh);
		expect(formatArchivalDate(parse(text), 'en')).toBe(en);
	});

	it.each([
		'19850514',
		'198505',
		'1985',
		'约1950年',
		'1950?',
		'[1950]',
		'1985.3—1987.12',
		'../1987',
		'1950年代',
		'20世纪',
		'1985年春',
		'1985年5月14日、16日',
	])('%s means the same when its Chinese words are read', (text) => {
		const { text: _, ...date } = parse(text);
		expect(parse(formatArchivalDate(parse(text), 'zh'))).toMatchObject(date);
	});
});

describe('a day by another calendar', () => {
	it.each([
		['1911-10-10', 'qing', '宣统三年八月十九'],
		['1898-09-21', 'qing', '光绪二十四年八月初六'],
		['1897-02-06', 'qing', '光绪二十三年正月初五'],
		['1909-01-22', 'qing', '宣统元年正月初一'],
		['1890-03-21', 'qing', '光绪十六年闰二月初一'],
		['1912-02-13', 'qing', null],
		['1949-10-01', 'minguo', '民国三十八年十月一日'],
		['1912-01-01', 'minguo', '民国元年一月一日'],
		['2016-02-20', 'minguo', '民国一百〇五年二月二十日'],
		['1911-12-31', 'minguo', null],
		['1949-10-01', 'lunar', '农历一九四九年八月初十'],
		['1951-02-05', 'lunar', '农历一九五〇年十二月二十九'],
		['1600-01-01', 'lunar', null],
		['1985-05-14', 'gregorian', '1985年5月14日'],
	] as const)('%s %s', (iso, calendar, words) => {
		expect(dayInCalendar(dayOfIso(iso) as DayNumber, calendar)).toBe(words);
	});
});

describe('eight digits', () => {
	it.each([
		['1985年5月14日', '19850514'],
		['1985年5月', '19850500'],
		['1952', '19520000'],
		['[1945年8月15日]', '[19450815]'],
		['民国26年8月13日', '19370813'],
		['宣统三年八月十九日', '19111010'],
		['1985.3—1987.12', '19850300-19871200'],
		['1950年代', null],
		['1985年以前', null],
		['1985年春', null],
		['5/6/1985', null],
		['不详', null],
	])('%s', (text, digits) => {
		expect(eightDigitsOf(parse(text))).toBe(digits);
	});
});

describe('EDTF', () => {
	it.each([
		['1985年5月', '1985-05', '1985-05'],
		['约1950年', '1950~', '1950~'],
		['1950年代', '195X', '195X'],
		['1985.3—1987.12', '1985-03/1987-12', '1985-03/1987-12'],
		['1985年春', '1985-21', '1985-21'],
		['1985年第三季度', '1985-35', '1985-07-01/1985-09-30'],
		['5/6/1985', '[1985-05-06,1985-06-05]', '1985-05-06?/1985-06-05?'],
		['1985年、1987年', '{1985,1987}', '1985-01-01/1987-12-31'],
		['19XX/1987', '19XX/1987', '1900-01-01/1987-12-31'],
		['..1987、1990年', null, null],
		['不详', null, null],
	])('%s of level 2 and 1', (text, level2, level1) => {
		expect(toEdtf(parse(text))).toBe(level2);
		expect(toEdtf(parse(text), 1)).toBe(level1);
	});
});

describe('problems', () => {
	const words = ['zh-CN', 'en'].map(
		(language) =>
			JSON.parse(
				readFileSync(join(import.meta.dirname, `../../../i18n/messages/${language}/catalogue.json`), 'utf8'),
			) as Record<string, string>,
	);
	const examples: Readonly<Record<DateProblem['id'], string>> = {
		'date.ambiguous': '5/6/1985',
		'date.century-missing': '85年',
		'date.cycle-alone': '丁酉年',
		'date.cycle-differs': '光绪二十三年戊戌',
		'date.era-year-out-of-range': '光绪四十年',
		'date.future': '20980105',
		'date.lunar-day-missing': '宣统二年正月三十',
		'date.lunar-month-missing': '光绪二十三年闰五月',
		'date.lunar-year-unknown': '农历2060年',
		'date.no-such-day': '1985-02-30',
		'date.not-understood': 'abc',
		'date.readings-differ': '光绪二十三年(1899年)',
		'date.reversed-range': '1987-1985',
		'date.unknown-era': '万历二十年',
		'date.words-left': '1985年5月14日印发',
	};

	it.each(Object.entries(examples))('%s has words for what it says', (id, text) => {
		const problem = parse(text).problems.find((each) => each.id === id);
		expect(problem).toBeDefined();
		const key = id.replace('date.', 'date_problem_').replaceAll('-', '_');
		for (const language of words) {
			const named = [...(language[key] ?? '').matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
			expect(named.length, key).toBeGreaterThan(0);
			expect(Object.keys(problem?.params ?? {})).toEqual(expect.arrayContaining(named));
		}
	});
});
