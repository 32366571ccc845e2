import { assert, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FondsRecord } from '../fonds/fonds-record.ts';
import { authority, GOVERNMENT, recordOf, soundAuthority, WATER } from './authorities.fixture.ts';
import { AuthorityIndex } from './authority-index.ts';
import { mergePlan } from './merge.ts';

const DOUBLE = recordOf(
	'double',
	authority({
		names: [
			{ text: '沧浦区 水务局', from: '2002' },
			{ text: '沧浦县水电局', from: '1990', to: '1995' },
		],
		shortNames: [{ text: '水务', from: '2001' }],
		organCodes: [{ text: '沧水' }],
		predecessors: ['government', 'double'],
		fondsNumbers: ['B004', 'B104'],
		note: '见机构沿革',
	}),
);

describe('the preview of a merge', () => {
	it('shows what the kept one will know', () => {
		const { merged } = mergePlan(WATER, DOUBLE);
		expect(merged.names.map(({ text }) => text)).toEqual(['沧浦县水利局', '沧浦区水务局', '沧浦县水电局']);
		expect(merged.shortNames.at(-1)?.text).toBe('水务');
		expect(merged.organCodes).toEqual([{ text: '沧水务', from: '2001' }, { text: '沧水' }]);
		expect(merged.fondsNumbers).toEqual(['B004', 'B104']);
		expect(merged.predecessors).toEqual(['government']);
		expect(merged.note).toBe('见机构沿革');
	});

	it('names what people must decide first', () => {
		expect(mergePlan(WATER, DOUBLE).conflicts).toEqual([
			{
				what: 'namesOverlap',
				kept: WATER.content.names[0],
				dropped: { text: '沧浦县水电局', from: '1990', to: '1995' },
			},
		]);
		const person = recordOf('person', authority({ kind: 'person', predecessors: ['water'] }));
		expect(mergePlan(WATER, person).conflicts).toEqual([
			{ what: 'kindDiffers', kept: 'body', dropped: 'person' },
			{ what: 'isPredecessor', of: 'dropped' },
		]);
	});

	it('lists what names the dropped one, as it will be', () => {
		const heir = recordOf('heir', authority({ predecessors: ['double', 'water', 'government'] }));
		const fonds = { fondsNumber: 'B104', creatorId: 'double' } as FondsRecord;
		const { references } = mergePlan(WATER, DOUBLE, {
			authorities: [WATER, DOUBLE, GOVERNMENT, heir],
			fonds: [recordOf('f1', fonds), recordOf('f2', { ...fonds, creatorId: 'water' })],
		});
		expect(
			references.map((each) => [
				each.register,
				each.id,
				each.register === 'fonds' ? each.content.creatorId : each.content.predecessors,
			]),
		).toEqual([
			['authority', 'heir', ['water', 'government']],
			['fonds', 'f1', 'water'],
		]);
	});

	it('loses no text by which either was found', () => {
		assert(
			property(soundAuthority, soundAuthority, (keep, drop) => {
				const { merged } = mergePlan(recordOf('keep', keep), recordOf('drop', drop));
				const index = new AuthorityIndex([recordOf('keep', merged)]);
				for (const { text } of [...keep.names, ...drop.names, ...keep.shortNames, ...drop.shortNames])
					expect(index.byText(text).length).toBeGreaterThan(0);
				for (const { text } of [...keep.organCodes, ...drop.organCodes])
					expect(index.byOrganCode(text).length).toBeGreaterThan(0);
				expect(mergePlan(recordOf('keep', keep), recordOf('drop', keep)).merged).toEqual(keep);
			}),
		);
	});
});
