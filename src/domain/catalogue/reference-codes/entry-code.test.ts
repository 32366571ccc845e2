import { describe, expect, it } from 'vitest';
import type { FieldKey, FieldValue } from '../entry.ts';
import type { FondsRecord } from '../fonds/fonds-record.ts';
import { profileOf } from '../profiles.ts';
import {
	archiveGroupOf,
	codeBasis,
	groupOfBasis,
	isProvisional,
	numbered,
	readEntryCode,
	regimeInUse,
	writtenNumber,
	type CodeBasis,
	type CodeSource,
	type NumberedCode,
} from './entry-code.ts';

const dat18 = profileOf('dat18');
const B005: FondsRecord = {
	fondsNumber: 'B005',
	name: '沧浦区教育局',
	complex: '政府',
	creatorId: '',
	status: 'active',
	predecessors: [],
	successors: [],
	categories: ['WS', 'ZY'],
	codeRegimes: [
		{ regime: 'dat22-2015', categoryCode: 'WS', yearFrom: 2001, yearTo: 2021 },
		{ regime: 'dat13-2022-item', yearFrom: 2022, width: 5 },
		{ regime: 'dat13-1994-catalogue-page', catalogueNumbers: ['1'] },
		{ regime: 'dat13-1994-project', catalogueNumbers: ['K'] },
	],
	orgOrMatter: [{ code: 'BGS', label: '办公室' }],
	guide: '',
	entryId: '',
};

const fonds: CodeSource = { level: 'fonds', fields: { referenceCode: 'B005' } };
const source = (level: string, fields: Readonly<Record<FieldKey, FieldValue>>): CodeSource => ({
	level,
	fields,
});
const basisOf = (...chain: CodeSource[]): CodeBasis => {
	const basis = codeBasis(dat18, [...chain, fonds], B005);
	if (!basis.ok) throw new Error(JSON.stringify(basis));
	return basis;
};
const codeOf = (basis: CodeBasis, value: number, width?: number): NumberedCode => {
	const code = numbered(basis, 'B005', value, width);
	if ('problems' in code) throw new Error(JSON.stringify(code));
	return code;
};

describe('what a code is made of', () => {
	it('comes from the entry, else from the nearest above it; labels become codes', () => {
		const basis = basisOf(
			source('item', { retentionPeriod: '永久', orgOrMatter: '办公室' }),
			source('series', { year: 2011, referenceCode: 'B005-WS·2011', retentionPeriod: 'D30' }),
		);
		expect(groupOfBasis(basis, 'B005')).toBe('B005-WS·2011-Y-BGS-');
		expect(codeOf(basis, 7)).toMatchObject({ canonical: 'B005-WS·2011-Y-BGS-0007', final: 'itemNumber' });
		expect(writtenNumber(codeOf(basis, 7))).toBe('0007');
	});

	it('comes from what a series says with its own code, unless a field says otherwise', () => {
		const year = source('series', { referenceCode: 'B005-WS·2011' });
		const term = source('series', { referenceCode: 'B005-WS·2011-D30' });
		const groupOf = (...chain: CodeSource[]) => groupOfBasis(basisOf(...chain), 'B005');
		expect(groupOf(source('item', {}), term, year)).toBe('B005-WS·2011-D30-');
		expect(groupOf(source('item', { retentionPeriod: 'Y', year: 2012 }), term)).toBe('B005-WS·2012-Y-');
		expect(groupOf(source('item', {}), source('series', { referenceCode: 'B005-WS·2022·D100' }))).toBe(
			'B005-WS·2022·D100-',
		);
		const catalogue = source('series', { referenceCode: 'B005-1' });
		expect(groupOf(source('file', { year: 1985 }), catalogue)).toBe('B005-1-');
		// A number that no rule names as a catalogue is none, and another fonds' code says nothing here.
		for (const referenceCode of ['B005-9', 'B006-1', 'B005-1-2'])
			expect(
				codeBasis(dat18, [source('file', { year: 1985 }), source('series', { referenceCode }), fonds], B005),
			).toMatchObject({ ok: false });
	});

	it('takes the width of the group, else that of the fonds, else what is usual; large numbers are never cut', () => {
		const basis = basisOf(source('item', { year: 2023, retentionPeriod: 'Y', categoryCode: 'WS' }));
		expect(codeOf(basis, 7).canonical).toBe('B005-WS·2023·Y-00007');
		expect(codeOf(basis, 7, 3).canonical).toBe('B005-WS·2023·Y-007');
		expect(codeOf(basis, 12345, 3).canonical).toBe('B005-WS·2023·Y-12345');
	});

	it('ends with the page where an item begins in a bound volume, and with the number of the volume for that', () => {
		const file = source('file', { catalogueNumber: '1', fileNumber: '012', year: 1985 });
		const item = basisOf(source('item', { startPage: 45 }), file);
		expect([item.final, codeOf(item, 45, 3).canonical]).toEqual(['pageNumber', 'B005-1-012-045']);
		const volume = basisOf(file);
		expect([volume.final, groupOfBasis(volume, 'B005')]).toEqual(['fileNumber', 'B005-1-']);
	});

	it('says which parts are missing, and never guesses the regime', () => {
		const why = (...chain: CodeSource[]) => {
			const basis = codeBasis(dat18, [...chain, fonds], B005);
			return basis.ok ? 'ok' : [basis.code, basis.missing];
		};
		expect(why(source('item', { year: 2011, categoryCode: 'WS' }))).toEqual([
			'catalogue.code-parts',
			['retentionPeriod'],
		]);
		// Of two categories none is the likelier one.
		expect(why(source('item', { year: 2011, retentionPeriod: 'Y' }))).toEqual([
			'catalogue.code-parts',
			['categoryCode'],
		]);
		expect(why(source('item', { categoryCode: 'WS', retentionPeriod: 'Y' }))).toEqual([
			'catalogue.code-parts',
			['year'],
		]);
		expect(why(source('file', { categoryCode: 'WS', year: 1985 }))).toEqual([
			'catalogue.code-parts',
			['catalogueNumber'],
		]);
		// Nothing more that the entry could say would help: the register has no rule for it.
		expect(why(source('file', { year: 1985, catalogueNumber: '9', categoryCode: 'WS' }))).toEqual([
			'catalogue.code-no-regime',
			[],
		]);
		expect(why(source('item', { startPage: 3, catalogueNumber: '1', year: 1985 }))).toEqual([
			'catalogue.code-parts',
			['fileNumber'],
		]);
		expect(codeBasis(dat18, [source('item', {}), fonds], undefined)).toMatchObject({
			code: 'catalogue.code-no-fonds',
			params: { fonds: 'B005' },
		});
	});

	it('keeps codes without a fonds number apart by fonds', () => {
		const regime = regimeInUse(B005, 'dat13-1994-project');
		const parts = { seriesNumber: '3', projectNumber: '2', fileNumber: { value: 1 } };
		expect(regime && archiveGroupOf(regime, 'B005', parts)).toBe('B005|3-2-');
		expect(regime && archiveGroupOf(regime, 'B006', parts)).toBe('B006|3-2-');
	});
});

describe('what a code says', () => {
	it('is read by the regime of its fonds, with what was tolerated', () => {
		const read = (referenceCode: string, fields: Readonly<Record<FieldKey, FieldValue>> = {}) =>
			readEntryCode(
				dat18,
				[source('item', { year: 2011, categoryCode: 'WS', referenceCode, ...fields }), fonds],
				B005,
			);
		expect(read(' B005-WS·2011-Y-BGS-0036')).toMatchObject({
			canonical: 'B005-WS·2011-Y-BGS-0036',
			groupKey: 'B005-WS·2011-Y-BGS-',
			number: { value: 36, width: 4 },
			problems: [{ code: 'code.blank-around' }],
		});
		expect(read('B005/36')).toMatchObject({ written: 'B005/36', regime: 'dat22-2015' });
		expect(read('B005-WS·1999-Y-0001', { year: 1999 })).toMatchObject({ regime: '', problems: [] });
		for (const waiting of ['', '  ', '~待编', 'B005-WS·2011-Y-BGS-']) expect(read(waiting)).toBeUndefined();
		expect(isProvisional('B005-WS·2011-Y-BGS-0001')).toBe(false);
	});
});
