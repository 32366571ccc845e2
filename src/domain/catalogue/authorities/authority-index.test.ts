import { array, assert, boolean, constantFrom, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authority, GOVERNMENT, recordOf, WATER } from './authorities.fixture.ts';
import { AuthorityIndex } from './authority-index.ts';

describe('the authority list by its texts', () => {
	const index = new AuthorityIndex([WATER, GOVERNMENT]);

	it('finds names and short names, blanks and full-width forms aside, whatever the time', () => {
		expect(index.byText(' 沧浦县 水利局 ')).toEqual([
			{ id: 'water', authority: WATER.content, how: 'name', dated: WATER.content.names[0] },
		]);
		expect(index.byText('区府').map(({ id, how }) => [id, how])).toEqual([['government', 'shortName']]);
		expect(index.byText('沧府')).toEqual([]);
		expect(index.byText('水利')).toEqual([]);
	});

	it('knows the name on a day, and says none where two could be meant', () => {
		const names = ['19500101', '1960', '20010630', '20010701', '2001'].map((day) =>
			index.nameAt('water', day),
		);
		expect(names).toEqual([undefined, '沧浦县水利局', '沧浦县水利局', '沧浦区水务局', undefined]);
		expect(index.nameAt('nobody', '1960')).toBeUndefined();
	});

	it('finds whose an organ code was on the day', () => {
		expect(index.byOrganCode('沧水').map(({ id }) => id)).toEqual(['water']);
		expect(index.byOrganCode('沧水', '20080101')).toEqual([]);
		expect(index.byOrganCode('沧水', '19800101').length).toBe(1);
	});

	it('gives names before short names', () => {
		const office = recordOf('office', authority({ names: [{ text: '水务局' }] }));
		const third = recordOf('third', authority({ names: [{ text: '水 务局', to: '1950' }] }));
		expect(
			new AuthorityIndex([WATER, office, third]).byText('水务局').map(({ id, how }) => [id, how]),
		).toEqual([
			['office', 'name'],
			['third', 'name'],
			['water', 'shortName'],
		]);
	});
});

describe('changes to the list', () => {
	it('leave the same as a list made anew', () => {
		const texts = constantFrom('局', '局 ', '委', '办');
		const change = record({
			id: constantFrom('a', 'b', 'c'),
			isWithdrawn: boolean(),
			isRemoved: boolean(),
			name: texts,
			short: texts,
			code: texts,
		});
		assert(
			property(array(change, { maxLength: 12 }), (changes) => {
				const index = new AuthorityIndex();
				const standing = new Map<string, ReturnType<typeof recordOf<ReturnType<typeof authority>>>>();
				for (const { id, isWithdrawn, isRemoved, name, short, code } of changes) {
					standing.delete(id);
					if (isRemoved) {
						index.remove(id);
						continue;
					}
					const content = authority({
						names: [{ text: name }],
						shortNames: [{ text: short }],
						organCodes: [{ text: code }],
					});
					const next = recordOf(id, content, isWithdrawn);
					index.put(next);
					// What is out of use stands for nothing, as if it were not there.
					if (!isWithdrawn) standing.set(id, next);
				}
				const fresh = new AuthorityIndex(standing.values());
				expect(index.size).toBe(fresh.size);
				for (const text of ['局', '委', '办', '无']) {
					const sorted = (of: AuthorityIndex) =>
						[...of.byText(text), ...of.byOrganCode(text)].map(({ id, how }) => `${how} ${id}`).sort();
					expect(sorted(index)).toEqual(sorted(fresh));
					const hows = index.byText(text).map(({ how }) => how);
					expect(hows).toEqual([...hows].sort());
				}
			}),
		);
	});
});
