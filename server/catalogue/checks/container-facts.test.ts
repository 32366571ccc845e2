import { describe, expect, it } from 'vitest';
import { dayNumber } from '#domain/catalogue/archival-date/days.ts';
import { containerFacts, usualWidths } from './container-facts.ts';

const today = dayNumber(2026, 1, 1);
const codes = (...numbers: readonly string[]) =>
	numbers.map((number) => ({ level: 'item', reference_code: `Z001-WS·2008·Y-${number}` }));

describe('what a container tells of what lies in it', () => {
	it('is the time of a file, and the category that it or something above says', () => {
		const series = containerFacts('series', { categoryCode: 'WS' }, {}, today);
		expect(series).toEqual({ categoryCode: 'WS' });
		expect(containerFacts('file', { dateRange: '19850101-19851231' }, series, today)).toEqual({
			categoryCode: 'WS',
			file: { from: '19850101', to: '19851231' },
		});
	});

	it('is nothing where a file does not say its time', () => {
		expect(containerFacts('file', {}, {}, today)).toEqual({ file: {} });
	});
});

describe('the usual width of numbers', () => {
	it('is that of nearly all, and none where all agree, or too few are there', () => {
		expect(usualWidths(codes('0001', '0002', '0003', '0004', '5')).get('item')).toBe(4);
		expect(usualWidths(codes('0001', '0002', '0003', '0004', '0005')).get('item')).toBeUndefined();
		expect(usualWidths(codes('0001', '0002', '3')).get('item')).toBeUndefined();
		expect(usualWidths(codes('0001', '0002', '3', '4', '5')).get('item')).toBeUndefined();
	});
});
