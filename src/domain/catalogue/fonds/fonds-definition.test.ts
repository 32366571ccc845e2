import { describe, expect, it } from 'vitest';
import { problemsAmong } from '../registers/problems-among.fixture.ts';
import type { RegisterContent } from '../registers/register.ts';
import { fondsDefinition } from './fonds-definition.ts';
import { fonds, fondsRecordOf } from './fonds.fixture.ts';
import type { CodeRegimeUse, FondsRecord } from './fonds-record.ts';

function problems(content: Partial<FondsRecord>) {
	return fondsDefinition
		.check(fonds(content) as unknown as RegisterContent)
		.map(({ field, code, params }) => [field, code, params]);
}

function among(content: Partial<FondsRecord>, ...others: Partial<FondsRecord>[]) {
	return problemsAmong(
		fondsDefinition,
		['this'],
		[fondsRecordOf('this', content), ...others.map((each, index) => fondsRecordOf(String(index), each))],
	).map(({ field, code }) => [field, code]);
}

describe('a fonds', () => {
	it('is in order with three regimes one after the other', () => {
		const codeRegimes = [
			{ regime: 'dat13-1994-catalogue', yearTo: 2000 },
			{ regime: 'dat22-2015', yearFrom: 2001, yearTo: 2021, width: 4 },
			{ regime: 'dat13-2022-item', yearFrom: 2022 },
		];
		expect(problems({ codeRegimes })).toEqual([]);
		expect(fondsDefinition.titleOf(fonds({}))).toBe('B004 沧浦区水务局');
	});

	it('has a number of the form; old ones are noted', () => {
		expect(problems({ fondsNumber: 'b004' })).toEqual([
			['fondsNumber', 'fonds_number_form', { text: 'b004' }],
		]);
		expect(problems({ fondsNumber: '12' })).toEqual([
			['fondsNumber', 'fonds_number_unusual', { text: '12', form: 'A000' }],
		]);
		expect(problems({ fondsNumber: 'B004001' })[0]?.[1]).toBe('too_long');
		expect(problems({ fondsNumber: '' })[0]?.[1]).toBe('missing');
	});

	it('has years and a status that agree', () => {
		expect(problems({ activeFrom: 2018, activeTo: 1951, status: 'abolished' })).toEqual([
			['activeTo', 'years_reversed', { from: 2018, to: 1951 }],
		]);
		expect(problems({ activeTo: 2018 })).toEqual([['status', 'ended_but_active', { to: 2018 }]]);
		expect(problems({ status: 'abolished' })).toEqual([['activeTo', 'abolished_without_end', {}]]);
		expect(problems({ activeFrom: 19 })).toEqual([
			['activeFrom', 'out_of_range', { least: 1000, most: 2999 }],
		]);
	});

	it('has categories and terms, each once', () => {
		const orgOrMatter = [
			{ code: 'BGS', label: '办公室' },
			{ code: 'BGS', label: '办公' },
		];
		expect(problems({ categories: ['WS', 'XX'], orgOrMatter })).toEqual([
			['orgOrMatter.2', 'repeated', { text: 'BGS' }],
		]);
		expect(problems({ categories: ['WS', 'XX'] })).toEqual([
			['categories.2', 'category_unknown', { text: 'XX' }],
		]);
	});

	it('has regimes of which one decides', () => {
		const found = (...codeRegimes: CodeRegimeUse[]) =>
			problems({ codeRegimes }).map(([field, code, params]) => [
				field,
				code,
				(params as { other?: number }).other,
			]);
		const regime = 'dat22-2015';
		const other = 'dat13-2022-item';
		expect(found({ regime: 'dat22' })).toEqual([['codeRegimes.1', 'regime_unknown', undefined]]);
		expect(found({ regime, yearFrom: 2002, yearTo: 2001 })[0]?.[1]).toBe('years_reversed');
		// Exceptions first, then what holds otherwise.
		expect(found({ regime, catalogueNumbers: ['7'] }, { regime: other })).toEqual([]);
		expect(found({ regime, categoryCode: 'ZY', yearTo: 2000 }, { regime: other, yearTo: 2010 })).toEqual([]);
		expect(found({ regime }, { regime: other, yearFrom: 2001 })).toEqual([
			['codeRegimes.2', 'regime_use_hidden', 1],
		]);
		expect(
			found({ regime, catalogueNumbers: ['1', '2'] }, { regime: other, catalogueNumbers: ['2'] })[0]?.[1],
		).toBe('regime_use_hidden');
		expect(found({ regime, yearTo: 2015 }, { regime: other, yearFrom: 2015 })).toEqual([
			['codeRegimes.2', 'regime_uses_overlap', 1],
		]);
		expect(found({ regime, yearTo: 2015 }, { regime, yearFrom: 2015 })).toEqual([]);
		expect(found({ regime, catalogueNumbers: ['1'] }, { regime: other, yearFrom: 2001 })).toEqual([
			['codeRegimes.2', 'regime_uses_cross', 1],
		]);
		expect(found({ regime, categoryCode: 'WS' }, { regime: other, categoryCode: 'ZY' })).toEqual([]);
	});
});

describe('a fonds among others', () => {
	it('has its number alone, and comes from fonds that there are', () => {
		expect(among({}, { fondsNumber: 'B004' })).toEqual([['fondsNumber', 'fonds_number_taken']]);
		expect(among({}, { fondsNumber: 'B005' })).toEqual([]);
		expect(among({ predecessors: ['B005', 'B009'], successors: ['B004'] }, { fondsNumber: 'B005' })).toEqual([
			['predecessors.2', 'fonds_unknown'],
			['successors.1', 'fonds_self'],
		]);
		expect(among({ predecessors: ['B005'] }, { fondsNumber: 'B005', predecessors: ['B004'] })).toEqual([
			['predecessors', 'fonds_loop'],
		]);
	});
});
