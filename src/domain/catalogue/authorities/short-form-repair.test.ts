import { describe, expect, it } from 'vitest';
import { civilDate, dayNumber } from '../archival-date/days.ts';
import type { FieldKey, FieldValue } from '../entry.ts';
import { AuthorityIndex } from './authority-index.ts';
import type { Authority } from './authority.ts';
import { withChanged } from './changed-lookup.ts';
import { entryDays } from './entry-days.ts';
import { decideShortForm, type ShortFormDecision } from './resolve.ts';
import { shortFormRepairs } from './short-form-repair.ts';

const TODAY = dayNumber(2026, 6, 1);
const body = (content: Partial<Authority>): Authority => ({
	kind: 'body',
	names: [],
	shortNames: [],
	organCodes: [],
	predecessors: [],
	fondsNumbers: [],
	offices: [],
	note: '',
	...content,
});
const GOVERNMENT = body({
	names: [
		{ text: '上海市沧浦县人民政府', to: '20010108' },
		{ text: '上海市沧浦区人民政府', from: '20010109' },
	],
});
const WATER = body({ names: [{ text: '沧浦区水务局' }], shortNames: [{ text: '水务局' }] });

function repaired(
	creators: readonly string[],
	date: Readonly<Record<FieldKey, FieldValue>>,
	decision: Omit<ShortFormDecision, 'authorityId'> = { text: '政府' },
	others: readonly Authority[] = [WATER],
) {
	const index = new AuthorityIndex();
	index.put({ id: 'g', content: GOVERNMENT, isWithdrawn: false });
	others.forEach((content, at) => index.put({ id: `o${at}`, content, isWithdrawn: false }));
	const whole = { ...decision, authorityId: 'g' };
	const { content } = decideShortForm(whole, GOVERNMENT, index);
	const fields = {
		...date,
		...Object.fromEntries(creators.map((text, at) => [`creators#${at}`, { order: `a${at}`, text }])),
	};
	return shortFormRepairs(fields, entryDays(fields, TODAY), whole, withChanged(index, 'g', content));
}

describe('one decision about a short form', () => {
	it.each([
		['19991231', '上海市沧浦县人民政府'],
		['20010109', '上海市沧浦区人民政府'],
		['2014年3月', '上海市沧浦区人民政府'],
	])('writes the name of the day: %s', (documentDate, to) => {
		expect(repaired(['政府'], { documentDate })).toEqual({
			changes: [{ field: 'creators#0', from: '政府', to }],
			left: [],
		});
	});

	it('leaves every other creator letter by letter, other short forms too', () => {
		const { changes } = repaired(['水务局；政府 / 某某公司'], { documentDate: '20050101' });
		expect(changes.map(({ to }) => to)).toEqual(['水务局；上海市沧浦区人民政府 / 某某公司']);
		expect(repaired(['水务局', '政府办公室'], { documentDate: '20050101' }).changes).toEqual([]);
	});

	it('leaves to people: years in which the name changed, times over the change, no date, two who may be meant', () => {
		expect(repaired(['政府'], { year: 2001 })).toEqual({ changes: [], left: ['ambiguous'] });
		expect(repaired(['政府'], { dateRange: '19990101-20030101' }).left).toEqual(['ambiguous']);
		expect(repaired(['政府'], {}, { text: '政府', from: '1990' }).left).toEqual(['undated']);
		const other = body({ names: [{ text: '沧浦镇人民政府' }], shortNames: [{ text: '政府' }] });
		expect(repaired(['政府'], { documentDate: '20050101' }, { text: '政府' }, [other]).left).toEqual([
			'ambiguous',
		]);
	});

	it('reaches no further than its years', () => {
		const decision = { text: '政府', from: '1990', to: '2001' };
		expect(repaired(['政府'], { documentDate: '20050101' }, decision)).toEqual({ changes: [], left: [] });
		expect(repaired(['政府'], { documentDate: '19950101' }, decision).changes).toHaveLength(1);
	});
});

describe('the days of an entry', () => {
	it.each([
		[{ documentDate: '19850803' }, ['19850803']],
		[{ documentDate: '1985年8月' }, ['198508']],
		[{ year: 1985 }, ['1985']],
		[{ dateRange: '19850803-19870101' }, ['19850803', '19870101']],
		[{ 'dates#1': { order: 'a', text: '1985' }, year: 1990 }, ['1985']],
		[{ documentDate: '不详' }, []],
	])('%o are %o', (fields, days) => {
		expect(entryDays(fields as never, TODAY)).toEqual(days);
		expect(civilDate(TODAY).year).toBe(2026);
	});
});
