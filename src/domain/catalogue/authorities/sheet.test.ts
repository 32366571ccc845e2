import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authority, GOVERNMENT, soundAuthority, WATER } from './authorities.fixture.ts';
import { readAuthoritySheet, writeAuthoritySheet, type AuthoritySheetFacts } from './sheet.ts';

const facts: AuthoritySheetFacts = {
	newId: () => 'new',
	idsOf: (text) => (text === '沧浦县人民政府' ? ['government'] : text === '县局' ? ['a', 'b'] : []),
	standingOf: () => undefined,
	language: 'zh',
};

function read(...cells: string[][]) {
	const { rows, problems } = readAuthoritySheet(cells, facts);
	return { rows, problems: problems.map(({ row, column, code, params }) => [row, column, code, params]) };
}

describe('a sheet of authorities', () => {
	it('is read by headings in any order and either language', () => {
		const { rows, problems } = read(
			['代字', ' 名 称 ', 'Predecessors'],
			['沧水（–2001）；沧水务（2001–）', '沧浦县水利局（1958–2001)；沧浦区水务局（2001–）', '沧浦县人民政府'],
			['', '', ''],
			['', '沧浦区河道所', '沧浦区水务局'],
		);
		expect(problems).toEqual([]);
		expect(rows.map(({ row }) => row)).toEqual([2, 4]);
		expect(rows[0]?.content).toEqual(
			authority({
				names: [
					{ text: '沧浦县水利局', from: '1958', to: '2001' },
					{ text: '沧浦区水务局', from: '2001' },
				],
				organCodes: [
					{ text: '沧水', to: '2001' },
					{ text: '沧水务', from: '2001' },
				],
				predecessors: ['government'],
			}),
		);
		// A predecessor of the sheet itself has the id it was just given.
		expect(rows[1]?.content.predecessors).toEqual(['new']);
	});

	it('names row and column of what is wrong, and takes the other rows', () => {
		const { rows, problems } = read(
			['种类', '名称', '前身'],
			['船', '沧浦区水务局', ''],
			['机构', '沧浦区水务局（2001–1958）', ''],
			['', '', '县局'],
			['人物', '林浦', '县局'],
			['家族', '林氏', '', '多余'],
			['家族', '林氏', ''],
		);
		expect(problems).toEqual([
			[2, '种类', 'not_term', { text: '船' }],
			[3, '名称', 'dated_reversed', { text: '沧浦区水务局（2001–1958）' }],
			[4, '名称', 'no_name', {}],
			[5, '前身', 'predecessor_unknown', { text: '县局' }],
			[6, '', 'sheet_too_many_cells', { most: 3 }],
		]);
		expect(rows.map(({ row, content }) => [row, content.kind])).toEqual([[7, 'family']]);
	});

	it('is not read at all when its headings are wrong', () => {
		expect(read(['名称', '颜色', 'Names'], ['局', '', '']).problems).toEqual([
			[1, '颜色', 'sheet_column_unknown', { text: '颜色' }],
			[1, 'Names', 'sheet_column_repeated', { text: 'Names' }],
		]);
		expect(read(['简称'], ['局']).problems).toEqual([[1, '名称', 'sheet_column_missing', { text: '名称' }]]);
		expect(read([]).problems).toEqual([[1, '', 'sheet_empty', {}]]);
	});

	it('is read back as it was written', () => {
		const records = [WATER, { ...GOVERNMENT, content: { ...GOVERNMENT.content, predecessors: ['water'] } }];
		const sheet = writeAuthoritySheet(records, 'zh', (id) => (id === 'water' ? '沧浦区水务局' : undefined));
		expect(sheet[0]?.slice(0, 3)).toEqual(['编号', '种类', '名称']);
		expect(sheet[2]?.[5]).toBe('沧浦区水务局');
		expect(read(...sheet).rows.map(({ id, content }) => ({ id, content }))).toEqual(
			records.map(({ id, content }) => ({ id, content })),
		);
		assert(
			property(array(soundAuthority, { maxLength: 5 }), constantFrom('zh', 'en'), (contents, language) => {
				const given = contents.map((content, index) => ({ id: `r${index}`, content }));
				const { rows, problems } = readAuthoritySheet(
					writeAuthoritySheet(given, language, () => undefined),
					{ ...facts, language },
				);
				expect(problems).toEqual([]);
				expect(rows.map(({ id, content }) => ({ id, content }))).toEqual(given);
			}),
		);
	});
});
