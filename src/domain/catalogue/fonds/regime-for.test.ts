import { describe, expect, it } from 'vitest';
import { factsWanted, regimeFor, regimeUseFor } from './regime-for.ts';

const fonds = {
	codeRegimes: [
		{ regime: 'dat13-2022-volume', categoryCode: 'ZY' },
		{ regime: 'dat13-1994-catalogue-page', catalogueNumbers: ['7'] },
		{ regime: 'dat13-1994-catalogue', yearTo: 2000 },
		{ regime: 'dat22-2015', yearFrom: 2001, yearTo: 2021, width: 5 },
		{ regime: 'dat13-2022-item', yearFrom: 2022 },
	],
};

describe('the regime of records', () => {
	it('is the first that fits', () => {
		expect(regimeFor(fonds, { categoryCode: 'ZY', year: 2010 })).toBe('dat13-2022-volume');
		expect(regimeFor(fonds, { categoryCode: 'WS', year: 1985, catalogueNumber: '7' })).toBe(
			'dat13-1994-catalogue-page',
		);
		expect([2000, 2001, 2021, 2022].map((year) => regimeFor(fonds, { categoryCode: 'WS', year }))).toEqual([
			'dat13-1994-catalogue',
			'dat22-2015',
			'dat22-2015',
			'dat13-2022-item',
		]);
		expect(regimeUseFor(fonds, { categoryCode: 'WS', year: 2001 })?.width).toBe(5);
	});

	it('is none where it depends on what is not known, and where none fits', () => {
		expect(regimeFor(fonds, { categoryCode: 'WS' })).toBeUndefined();
		expect(regimeFor(fonds, { year: 2010 })).toBeUndefined();
		expect(regimeFor({ codeRegimes: [] }, { year: 2010 })).toBeUndefined();
		expect(
			regimeFor({ codeRegimes: [{ regime: 'dat22-2015', yearFrom: 2001 }] }, { year: 1999 }),
		).toBeUndefined();
	});

	it('is there where it is the same whatever is not known', () => {
		const same = { codeRegimes: [{ regime: 'dat22-2015', yearFrom: 2001 }, { regime: 'dat22-2015' }] };
		expect(regimeFor(same, {})).toBe('dat22-2015');
		expect(regimeFor({ codeRegimes: [{ regime: 'dat22-2015' }] }, {})).toBe('dat22-2015');
	});

	it('says what is not known and would decide', () => {
		expect(factsWanted(fonds, { categoryCode: 'WS' })).toEqual(['year']);
		expect(factsWanted(fonds, { year: 2010 })).toEqual(['categoryCode']);
		expect(factsWanted(fonds, {})).toEqual(['categoryCode', 'year']);
		const volumes = {
			codeRegimes: [{ regime: 'dat13-1994-catalogue', catalogueNumbers: ['1'], yearTo: 2000 }],
		};
		expect(factsWanted(volumes, { year: 1985 })).toEqual(['catalogueNumber']);
		expect(factsWanted(volumes, { year: 2010 })).toEqual([]);
		expect(factsWanted(volumes, { year: 1985, catalogueNumber: '9' })).toEqual([]);
	});
});
