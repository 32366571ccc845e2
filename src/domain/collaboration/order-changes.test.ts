import { describe, expect, it } from 'vitest';
import type { EntryId } from '../base/ids.ts';
import type { FieldValue } from '../catalogue/entry.ts';
import { dat18 } from '../catalogue/profiles/dat18/dat18.ts';
import { changesBy, fieldNamed, firstYearIn, isMeant, withReplaced } from './order-changes.ts';
import type { OrderRule } from './orders.ts';

const under = 'e' as EntryId;
const entry = (fields: Record<string, FieldValue>, level = 'item', dateText = '19850803') => ({
	level,
	dateText,
	fields,
});
const by = (rule: Exclude<OrderRule, { kind: 'rows' }>, of: ReturnType<typeof entry>) =>
	changesBy(rule, dat18, of, () => 'new');

describe('setting a field', () => {
	const set = (field: string, value: string) => ({ kind: 'set' as const, under, field, value });

	it('gives old and new value; what says so already is no change', () => {
		expect(by(set('documentNumber', '补'), entry({})).changes).toEqual([
			{ field: 'documentNumber', from: null, to: '补' },
		]);
		expect(by(set('title', '甲'), entry({ title: '乙' })).changes).toEqual([
			{ field: 'title', from: '乙', to: '甲' },
		]);
		expect(by(set('title', '甲'), entry({ title: '甲' })).changes).toEqual([]);
	});

	it('of a repeatable field sets the only item, and leaves several alone', () => {
		const one = { order: 'a0', text: '本局', normal: '1' };
		expect(by(set('creators', '县教育局'), entry({ 'creators#1': one })).changes).toEqual([
			{ field: 'creators#1', from: one, to: { order: 'a0', text: '县教育局' } },
		]);
		const several = entry({ 'creators#1': one, 'creators#2': one });
		expect(by(set('creators', '县教育局'), several)).toEqual({ changes: [], leftOut: ['several'] });
	});

	it('passes over levels that do not use the field', () => {
		expect(by(set('documentDate', '19850803'), entry({}, 'fonds')).changes).toEqual([]);
	});

	it.each([
		['status', 'collaboration.order-field'],
		['nothing', 'catalogue.unknown-field'],
	])('refuses %s', (field, code) => {
		expect(() => by(set(field, 'x'), entry({}))).toThrow(expect.objectContaining({ code }));
	});
});

describe('replacing words', () => {
	const replace = (field: string) => ({
		kind: 'replace' as const,
		under,
		field,
		words: '区府',
		by: '区政府',
	});

	it('changes every place of every item that has them', () => {
		const { changes } = by(
			replace('creators'),
			entry({
				'creators#1': { order: 'a0', text: '区府、区府办' },
				'creators#2': { order: 'a1', text: '县委' },
			}),
		);
		expect(changes.map(({ field, to }) => [field, to])).toEqual([
			['creators#1', { order: 'a0', text: '区政府、区政府办' }],
		]);
	});

	it('leaves a value that would be too long for its field', () => {
		const long = `${'长'.repeat(498)}区府`;
		expect(by(replace('title'), entry({ title: long }))).toEqual({ changes: [], leftOut: ['long'] });
	});

	it('takes words literally, and clears what loses all of its own', () => {
		expect(withReplaced('a.b', '.', '$&')).toBe('a$&b');
		expect(withReplaced('区府', '区府', '')).toBeNull();
		expect(withReplaced('县府', '区府', '')).toBeUndefined();
		expect(withReplaced(1987, '19', '20')).toBeUndefined();
	});

	it('keeps emphasis on the words it was on', () => {
		const marked = {
			text: '甲区府乙丙',
			marks: [
				{ type: 'bold', from: 0, to: 1 },
				{ type: 'italic', from: 1, to: 3 },
				{ type: 'sup', from: 3, to: 5 },
			],
		};
		expect(withReplaced(marked, '区府', '区政府')).toEqual({
			text: '甲区政府乙丙',
			marks: [
				{ type: 'bold', from: 0, to: 1 },
				{ type: 'italic', from: 1, to: 4 },
				{ type: 'sup', from: 4, to: 6 },
			],
		});
		expect(withReplaced(marked, '区府', '')).toMatchObject({ marks: [{ type: 'bold' }, { from: 1, to: 3 }] });
	});
});

describe('conditions', () => {
	it('ask for words of a field, of one item of a repeatable one, for level and years', () => {
		const one = entry({ title: '甲', 'creators#1': { order: 'a0', text: '县政府办' } });
		expect(isMeant(one, { field: 'title', equals: '甲', level: 'item' })).toBe(true);
		expect(isMeant(one, { field: 'creators', contains: '县政府' })).toBe(true);
		expect(isMeant(one, { field: 'creators', equals: '县政府' })).toBe(false);
		expect(isMeant(one, { level: 'file' })).toBe(false);
		expect(isMeant(one, { field: 'note', equals: '' })).toBe(true);
		expect(isMeant(one, { fromYear: 1985, toYear: 1985 })).toBe(true);
		expect(isMeant(one, { toYear: 1984 })).toBe(false);
		expect(isMeant(entry({}, 'item', '年代不详'), { fromYear: 1 })).toBe(false);
	});

	it.each([
		['19850803', 1985],
		['1985.8.3 — 1987', 1985],
		['[约2001年]', 2001],
		['不详', undefined],
	])('the first year of %s is %s', (text, year) => expect(firstYearIn(text)).toBe(year));
});

describe('a field named in a list', () => {
	it('is found by id, item, label and alias; anything else stays as it is and is refused later', () => {
		expect(fieldNamed(dat18, 'creators')).toBe('creators');
		expect(fieldNamed(dat18, 'creators#1')).toBe('creators#1');
		expect(fieldNamed(dat18, '责任者')).toBe('creators');
		expect(fieldNamed(dat18, ' reference code ')).toBe('referenceCode');
		expect(fieldNamed(dat18, '作者')).toBe('creators');
		expect(fieldNamed(dat18, '无此项')).toBe('无此项');
	});
});
