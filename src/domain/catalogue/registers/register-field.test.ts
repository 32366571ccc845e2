import { describe, expect, it } from 'vitest';
import { emptyContent, tidied, type RegisterField } from './register-field.ts';

const label = { zh: '', en: '' };
const FIELDS: readonly RegisterField[] = [
	{ id: 'name', label, kind: 'text' },
	{ id: 'from', label, kind: 'number', isOptional: true },
	{ id: 'count', label, kind: 'number' },
	{ id: 'names', label, kind: 'dated' },
	{ id: 'codes', label, kind: 'list' },
	{
		id: 'uses',
		label,
		kind: 'records',
		fields: [
			{ id: 'regime', label, kind: 'text' },
			{ id: 'year', label, kind: 'number', isOptional: true },
			{ id: 'numbers', label, kind: 'list', isOptional: true },
		],
	},
	{ id: 'out', label, kind: 'group', fields: [{ id: 'unfit', label, kind: 'number' }] },
];

describe('what was filled in', () => {
	it('begins with a content that leaves optional fields out', () => {
		expect(emptyContent(FIELDS)).toEqual({
			name: '',
			count: 0,
			names: [],
			codes: [],
			uses: [],
			out: { unfit: 0 },
		});
	});

	it('is sent without blanks, empty rows and empty options; full-width digits are numbers', () => {
		expect(
			tidied(FIELDS, {
				name: ' 沧浦区水务局 ',
				from: '',
				count: '１,２０３',
				names: [
					{ text: ' 甲 ', from: '1958-03', to: '' },
					{ text: '', from: '', to: '' },
				],
				codes: ['WS', ' '],
				uses: [
					{ regime: '', year: '', numbers: [] },
					{ regime: 'dat22-2015', year: '2003', numbers: [''] },
				],
				out: { unfit: '7' },
			}),
		).toEqual({
			name: '沧浦区水务局',
			count: 1203,
			names: [{ text: '甲', from: '195803' }],
			codes: ['WS'],
			uses: [{ regime: 'dat22-2015', year: 2003 }],
			out: { unfit: 7 },
		});
	});

	it('keeps what is no number, so that it is named, and what no field shows', () => {
		expect(tidied(FIELDS.slice(0, 2), { name: '甲', from: '约1958', later: 1 })).toEqual({
			name: '甲',
			from: '约1958',
			later: 1,
		});
	});
});
