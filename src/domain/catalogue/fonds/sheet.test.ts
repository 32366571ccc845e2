import { assert, constantFrom, integer, option, property, record, string, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fonds } from './fonds.fixture.ts';
import { readFondsSheet, writeFondsSheet, type FondsSheetFacts } from './sheet.ts';

const facts: FondsSheetFacts = {
	idsOf: (text) =>
		text === 'water' || text === '沧浦区水务局' ? ['water'] : text === '县局' ? ['a', 'b'] : [],
	standingOf: () => undefined,
	language: 'zh',
};

function read(...cells: string[][]) {
	const { rows, problems } = readFondsSheet(cells, facts);
	return {
		contents: rows.map(({ content }) => content),
		problems: problems.map(({ row, column, code }) => [row, column, code]),
	};
}

describe('a sheet of fonds', () => {
	it('says regimes and terms as people write them', () => {
		const { contents, problems } = read(
			['全宗号', '全宗名称', '档号编制规则', '机构(问题)', '状态'],
			[
				'B004',
				'沧浦区水务局',
				'dat13-1994-catalogue：目录1、2，年度–2000；dat22-2015: years 2001-2021, 4 digits；dat13-2022-item：年度2022',
				'BGS=办公室；CW＝财务',
				'',
			],
		);
		expect(problems).toEqual([]);
		expect(contents).toEqual([
			fonds({
				complex: '',
				categories: [],
				codeRegimes: [
					{ regime: 'dat13-1994-catalogue', catalogueNumbers: ['1', '2'], yearTo: 2000 },
					{ regime: 'dat22-2015', yearFrom: 2001, yearTo: 2021, width: 4 },
					{ regime: 'dat13-2022-item', yearFrom: 2022, yearTo: 2022 },
				],
				orgOrMatter: [
					{ code: 'BGS', label: '办公室' },
					{ code: 'CW', label: '财务' },
				],
			}),
		]);
	});

	it('names row and column of what is wrong', () => {
		expect(
			read(
				['Fonds number', 'Fonds name', 'Code regimes', '起始年度', '机构（问题）'],
				['B004', '局', 'dat22-2015：自2001', '', ''],
				['B005', '局', 'dat22', '', ''],
				['B006', '局', '', '一九五八', ''],
				['B007', '局', '', '', '办公室'],
				['B008', '', '', '', ''],
			).problems,
		).toEqual([
			[2, 'Code regimes', 'sheet_cell'],
			[3, '档号编制规则', 'regime_unknown'],
			[4, '起始年度', 'sheet_cell'],
			[5, '机构（问题）', 'sheet_cell'],
			[6, '全宗名称', 'missing'],
		]);
	});

	it('names the constituting unit by its name or its id', () => {
		const sheet = (creator: string) => [
			['全宗号', '全宗名称', '立档单位'],
			['B004', '局', creator],
		];
		const creators = ['沧浦区水务局', 'water', ''].map(
			(creator) => read(...sheet(creator)).contents[0]?.creatorId,
		);
		expect(creators).toEqual(['water', 'water', '']);
		for (const creator of ['县局', '某某局'])
			expect(read(...sheet(creator))).toEqual({
				contents: [],
				problems: [[2, '立档单位', 'creator_unknown']],
			});
	});

	it('is read back as it was written', () => {
		const year = integer({ min: 1900, max: 2030 });
		const use = record(
			{
				regime: constantFrom('dat22-2015'),
				categoryCode: constantFrom('WS', 'ZY'),
				yearFrom: constantFrom(1900, 1950),
				yearTo: constantFrom(2000, 2021),
				catalogueNumbers: uniqueArray(constantFrom('1', '2', 'A7'), { minLength: 1 }),
				width: integer({ min: 1, max: 6 }),
			},
			{ requiredKeys: ['regime'] },
		);
		const anyFonds = record({
			activeFrom: option(year, { nil: undefined }),
			use: option(use, { nil: undefined }),
			guide: string(),
			terms: uniqueArray(constantFrom('BGS', '党务', '001'), { maxLength: 3 }),
			status: constantFrom('active', 'noMoreTransfers'),
			predecessors: uniqueArray(constantFrom('A001', 'B005'), { maxLength: 2 }),
			creatorId: constantFrom('', 'water'),
		}).map(({ activeFrom, use: only, guide, terms, status, predecessors, creatorId }) =>
			fonds({
				guide,
				status,
				predecessors,
				creatorId,
				...(activeFrom === undefined ? {} : { activeFrom }),
				codeRegimes: only ? [only] : [],
				orgOrMatter: terms.map((code) => ({ code, label: `${code}=室` })),
			}),
		);
		assert(
			property(anyFonds, constantFrom('zh', 'en'), (content, language) => {
				const sheet = writeFondsSheet([content], language, (id) =>
					id === 'water' ? '沧浦区水务局' : undefined,
				);
				expect(readFondsSheet(sheet, { ...facts, language })).toEqual({
					rows: [{ row: 2, content }],
					problems: [],
					absent: [],
				});
			}),
		);
	});
});
