import { describe, expect, it } from 'vitest';
import { dayNumber } from './archival-date/days.ts';
import { parseArchivalDate } from './archival-date/parse-archival-date.ts';
import { suggestedDate } from './date-suggestion.ts';
import type { FieldValue } from './entry.ts';
import { liesIn, wantedDays } from './list-choice.ts';
import { NO_DATE, rowDates } from './row-dates.ts';

const today = dayNumber(2026, 11, 27);
type Day = [year: number, month: number, day: number];
const days = (fields: Record<string, FieldValue>) => rowDates(fields, today);

describe('the days of an entry', () => {
	it.each([
		[{ documentDate: '民国26年7月7日', year: 1999 }, [1937, 7, 7], [1937, 7, 7]],
		[{ documentDate: '看不清', dateRange: '1950-1952' }, [1950, 1, 1], [1952, 12, 31]],
		[{ year: 1985 }, [1985, 1, 1], [1985, 12, 31]],
		[
			{ 'dates#1': { order: 'a', text: '1951' }, 'dates#2': { order: 'b', text: '1949年5月' }, year: 1900 },
			[1949, 5, 1],
			[1951, 12, 31],
		],
		[
			{ 'dates#1': { order: 'a', text: 'spring, perhaps', normal: '1960/1961' } },
			[1960, 1, 1],
			[1961, 12, 31],
		],
	] satisfies [Record<string, FieldValue>, Day, Day][])('%j', (fields, from, to) => {
		expect(days(fields)).toEqual({ earliest: dayNumber(...from), latest: dayNumber(...to) });
	});

	it('are behind every date where none is known', () => {
		expect(days({})).toEqual({ earliest: NO_DATE, latest: NO_DATE });
		expect(days({ documentDate: '日期不详' })).toEqual({ earliest: NO_DATE, latest: NO_DATE });
	});
});

describe('a filter by date', () => {
	const passes = (filter: string, date: string): boolean =>
		liesIn(days({ documentDate: date }), wantedDays(filter, today) ?? { from: null, to: null });

	it.each([
		['民国26年', '19370707', true],
		['民国26年', '19380101', false],
		['1985.8-1986', '19850700', false],
		['1985.8-1986', '19850800', true],
		['1985.8-1986', '1985', true],
		['1950年以前', '1949', true],
		['1950年以前', '日期不详', false],
		['光绪二十四年', '18980921', true],
	])('%s takes %s: %s', (filter, date, expected) => {
		expect(passes(filter, date)).toBe(expected);
	});

	it('is refused by name when it is no time', () => {
		expect(() => wantedDays('河道', today)).toThrowError(
			expect.objectContaining({ code: 'catalogue.bad-dates', params: { dates: '河道' } }),
		);
		expect(wantedDays('  ', today)).toBeUndefined();
	});
});

describe('what is suggested for a date', () => {
	const suggested = (text: string) => suggestedDate(parseArchivalDate(text, { today }));

	it.each([
		['1985年3月4日', '19850304', false],
		['1985.3', '19850300', false],
		['民国二十六年七月七日', '19370707', true],
		['光绪二十四年八月初六', '18980921', true],
		['85年3月4日', '19850304', true],
		['民三十六年七月七日', '19470707', true],
		['民元年三月', '19120300', true],
		['[1945年8月15日]', '[19450815]', false],
		['1985-1986年', '19850000-19860000', false],
	])('%s: %s, wording kept %s', (written, text, keepsWording) => {
		expect(suggested(written)).toEqual({ text, keepsWording });
	});

	it.each([
		'35.8.1',
		'38年8月1日',
		'260707',
		'19850304',
		'约1985年',
		'1985年?',
		'1985年2月30日',
		'八十年代',
		'1986-1985',
		'看不清',
		'',
	])('%s: nothing', (written) => {
		expect(suggested(written)).toBeUndefined();
	});
});
