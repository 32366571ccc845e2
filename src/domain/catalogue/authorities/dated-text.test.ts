import { assert, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dated, day } from './authorities.fixture.ts';
import {
	dayDigits,
	isDayText,
	isValidOn,
	latestOf,
	normalName,
	onlyTextOn,
	overlaps,
	overlapsBeyondTurn,
} from './dated-text.ts';
import { formatDatedText, parseDatedText } from './written-dated-text.ts';

describe('a day', () => {
	it('is a year, a month or a day that there is', () => {
		expect(['2001', '200102', '20000229', '20010630'].map(isDayText)).toEqual([true, true, true, true]);
		expect(['', '201', '0000', '200113', '20010229', '2001-2', '20010631', '2001063'].map(isDayText)).toEqual(
			Array<boolean>(8).fill(false),
		);
	});

	it('may be written with hyphens and with zeros for what is unknown', () => {
		expect(['2001-06-30', '19520000', '19520600', '195206'].map(dayDigits)).toEqual([
			'20010630',
			'1952',
			'195206',
			'195206',
		]);
		expect(dayDigits('不详')).toBeUndefined();
	});
});

describe('a text with its time', () => {
	it('is valid on its first and its last day, and on no day outside', () => {
		const name = { text: '沧浦县水利局', from: '195803', to: '20010630' };
		expect(['19580228', '19580301', '20010630', '20010701'].map((each) => isValidOn(name, each))).toEqual([
			false,
			true,
			true,
			false,
		]);
		expect(isValidOn(name, '1958')).toBe(true);
		expect(isValidOn(name, '不详')).toBe(false);
		expect(isValidOn({ text: '局' }, '1000')).toBe(true);
	});

	it('meets another when they have a day in common', () => {
		assert(
			property(dated, dated, day, (one, other, when) => {
				expect(overlaps(one, other)).toBe(overlaps(other, one));
				expect(overlaps(one, one)).toBe(true);
				if (when.length === 8 && isValidOn(one, when) && isValidOn(other, when))
					expect(overlaps(one, other)).toBe(true);
			}),
		);
	});

	it('may end in the year in which the next begins', () => {
		const county = { text: '县', from: '1958', to: '2001' };
		expect(overlapsBeyondTurn(county, { text: '区', from: '2001' })).toBe(false);
		expect(overlapsBeyondTurn({ text: '区', from: '200107' }, county)).toBe(false);
		expect(overlapsBeyondTurn(county, { text: '区', from: '2000' })).toBe(true);
		expect(overlapsBeyondTurn({ ...county, to: '20010630' }, { text: '区', from: '20010630' })).toBe(true);
		expect(overlapsBeyondTurn(county, county)).toBe(true);
		expect(overlapsBeyondTurn(county, { text: '区', from: '2001', to: '2001' })).toBe(false);
	});

	it('gives way to none on a day when there are two', () => {
		const names = [
			{ text: '县', to: '2001' },
			{ text: '区', from: '2001' },
		];
		expect(['2000', '20010703', '2002'].map((each) => onlyTextOn(names, each))).toEqual([
			'县',
			undefined,
			'区',
		]);
		expect(onlyTextOn([...names, { text: '区', from: '2002' }], '2003')).toBe('区');
		expect(latestOf(names)?.text).toBe('区');
		expect(latestOf([])).toBeUndefined();
		expect(latestOf([{ text: '一' }, { text: '二' }])?.text).toBe('二');
	});

	it('is compared without blanks and in plain forms', () => {
		expect(normalName(' 沧浦区\u3000档案局（馆）\u200B')).toBe('沧浦区档案局(馆)');
		expect(normalName('ＡＢ局')).toBe('AB局');
	});
});

describe('the written form', () => {
	const read = (written: string) => {
		const result = parseDatedText(written);
		return result.ok ? result.value : result.problem.code;
	};

	it.each([
		['沧浦县水利局（1958–2001）', { text: '沧浦县水利局', from: '1958', to: '2001' }],
		['沧浦县水利局(1958-2001)', { text: '沧浦县水利局', from: '1958', to: '2001' }],
		['沧浦县水利局（1958年3月—2001年6月30日）', { text: '沧浦县水利局', from: '195803', to: '20010630' }],
		['沧浦县水利局 (1958-03-01-2001.6)', { text: '沧浦县水利局', from: '19580301', to: '200106' }],
		['沧浦区水务局（2001至今）', { text: '沧浦区水务局', from: '2001' }],
		['沧浦县档案馆（–2001）', { text: '沧浦县档案馆', to: '2001' }],
		['沧浦县档案馆（1985）', { text: '沧浦县档案馆', from: '1985', to: '1985' }],
		['沧浦县档案馆（1985-03）', { text: '沧浦县档案馆', from: '198503', to: '198503' }],
		['沧浦区档案局(馆)', { text: '沧浦区档案局(馆)' }],
		['沧浦区档案局(馆)（2001–）', { text: '沧浦区档案局(馆)', from: '2001' }],
		['沧浦区水务局', { text: '沧浦区水务局' }],
		['沧浦区水务局（20010231–）', 'dated_dates'],
		['沧浦区水务局（2001级）', 'dated_dates'],
		['沧浦区水务局（2001–1958）', 'dated_reversed'],
		['（1958–2001）', 'dated_empty'],
		[' ', 'dated_empty'],
	])('of %s is read', (written, expected) => {
		expect(read(written)).toEqual(expected);
	});

	it('is read back as it was, whatever the text looks like', () => {
		expect(formatDatedText({ text: '沧浦县水利局', from: '1958', to: '2001' })).toBe(
			'沧浦县水利局（1958–2001）',
		);
		expect(formatDatedText({ text: '局（1958）' })).toBe('局（1958）（–）');
		assert(
			property(dated, (each) => {
				expect(read(formatDatedText(each))).toEqual(each);
			}),
			{ numRuns: 2000 },
		);
	});
});
