import { describe, expect, it } from 'vitest';
import { isUuid } from '#domain/base/ids.ts';
import { itemsOf, textOf } from '#domain/catalogue/entry.ts';
import { fieldOf, levelOf, obligationAt, termOf } from '#domain/catalogue/profile.ts';
import { dat18 } from '#domain/catalogue/profiles/dat18/dat18.ts';
import { plainTextOf } from '#domain/catalogue/rich-text.ts';
import { checkEntry } from '#domain/catalogue/rules/check-entry.ts';
import { prepareRules } from '#domain/catalogue/rules/rule-facts.ts';
import { syntheticHoldings } from './synthetic-holdings.ts';

const holdings = syntheticHoldings(1);
const count = (level: string): number => holdings.filter((entry) => entry.level === level).length;

describe('synthetic holdings', () => {
	it('are 3 fonds, 30 files and 400 items, the same for the same seed', () => {
		expect([count('fonds'), count('file'), count('item')]).toEqual([3, 30, 400]);
		expect(syntheticHoldings(1)).toEqual(holdings);
		expect(syntheticHoldings(2)).not.toEqual(holdings);
	});

	it('have unlike ids, parents first, and order keys that grow', () => {
		const seen = new Map<string | null, string>();
		const last = new Map<string | null, string>();
		for (const { id, parentId, order } of holdings) {
			expect(isUuid(id)).toBe(true);
			expect(seen.has(id)).toBe(false);
			if (parentId !== null) expect(seen.has(parentId)).toBe(true);
			expect(order > (last.get(parentId) ?? '')).toBe(true);
			seen.set(id, order);
			last.set(parentId, order);
		}
	});

	it('follow the profile: levels, fields, terms, what is mandatory', () => {
		for (const { level, fields } of holdings) {
			expect(levelOf(dat18, level)).toBeDefined();
			for (const [key, value] of Object.entries(fields)) {
				const field = fieldOf(dat18, key);
				expect(field && obligationAt(field, level), `${key} at ${level}`).toBeDefined();
				if (field?.vocabulary) expect(termOf(dat18, field.vocabulary, textOf(value))?.id).toBe(value);
				if (field?.maxLength) expect(textOf(value).length).toBeLessThanOrEqual(field.maxLength);
			}
			for (const field of dat18.fields)
				if (obligationAt(field, level) === 'M' && field.type !== 'longText')
					expect(
						field.repeatable ? itemsOf(fields, field.id).length : textOf(fields[field.id]),
						`${field.id} at ${level}`,
					).toBeTruthy();
		}
	});

	it('have every reference code once, and say that they are synthetic', () => {
		const codes = holdings.map(({ fields }) => textOf(fields['referenceCode']));
		expect(new Set(codes).size).toBe(codes.length);
		for (const { level, bodies } of holdings)
			if (level === 'fonds') expect(plainTextOf(bodies['note'] as never)).toContain('合成演示数据');
	});

	it('use names that were valid on the date, in a place that does not exist', () => {
		for (const { level, fields } of holdings) {
			if (level !== 'item') continue;
			const date = Number(textOf(fields['documentDate']).slice(0, 4));
			const names = itemsOf(fields, 'creators').map(({ value }) => value.text);
			for (const name of names) expect(name.startsWith(date < 2001 ? '沧浦县' : '沧浦区')).toBe(true);
		}
	});

	it('have document numbers that grow with their dates', () => {
		const newest = new Map<string, { date: string; number: number }>();
		const numbered = holdings
			.filter(({ level, fields }) => level === 'item' && /-WS·2014-/.test(textOf(fields['referenceCode'])))
			.map(({ fields }) => ({ date: textOf(fields['documentDate']), text: textOf(fields['documentNumber']) }))
			.filter(({ text }) => text !== '')
			.toSorted((a, b) => (a.date < b.date ? -1 : 1));
		expect(numbered.length).toBeGreaterThan(10);
		for (const { date, text } of numbered) {
			const [, sign, number] = /^(\S+)〔2014〕(\d+)号$/.exec(text) ?? [];
			const before = newest.get(sign ?? '');
			if (before && before.date !== date) expect(Number(number)).toBeGreaterThan(before.number);
			newest.set(sign ?? '', { date, number: Number(number) });
		}
	});

	it('have nothing that the rules of description call wrong or doubtful', () => {
		const rules = prepareRules({ today: '20261127', profile: dat18, deployment: { classified: false } });
		const found = holdings.flatMap(({ id, level, parentId, fields }) =>
			checkEntry({ id, level, parentId, fields }, rules)
				.filter(({ severity }) => severity !== 'I')
				.map(({ message, value }) => `${message} ${value}`),
		);
		expect(found).toEqual([]);
	});
});
