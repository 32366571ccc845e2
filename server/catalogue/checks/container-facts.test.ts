import { describe, expect, it } from 'vitest';
import { dayNumber } from '#domain/catalogue/archival-date/days.ts';
import type { FondsRecord } from '#domain/catalogue/fonds/fonds-record.ts';
import { regimeUseOf } from '#domain/catalogue/rules/regime-choice.ts';
import { containerFacts, usualWidths } from './container-facts.ts';

const today = dayNumber(2026, 1, 1);
const fonds = {
	fondsNumber: 'B002',
	codeRegimes: [{ regime: 'dat13-1994-catalogue-page', catalogueNumbers: ['1'] }],
} as unknown as FondsRecord;
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

	it('is its catalogue, so that the items of a volume have the rules of codes that the volume has', () => {
		const file = containerFacts('file', { catalogueNumber: '1', year: '1985' }, {}, today);
		expect(file).toEqual({ catalogueNumber: '1', year: '1985', file: {} });
		expect(regimeUseOf(fonds, { id: 'i', level: 'item', fields: {}, facts: file })?.regime).toBe(
			'dat13-1994-catalogue-page',
		);
		expect(regimeUseOf(fonds, { id: 'i', level: 'item', fields: {} })).toBeUndefined();
	});

	it('is what a series says with its own code, where the register of fonds tells a catalogue', () => {
		const code = { referenceCode: 'B002-1' };
		expect(containerFacts('series', code, {}, today, fonds)).toEqual({ catalogueNumber: '1' });
		expect(containerFacts('series', { referenceCode: 'B002-7' }, {}, today, fonds)).toEqual({});
		expect(containerFacts('series', code, {}, today)).toEqual({});
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
