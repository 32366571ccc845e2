import { assert, constantFrom, integer, property, record, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { problemsAmong } from '../../catalogue/registers/problems-among.fixture.ts';
import type { RegisterContent } from '../../catalogue/registers/register.ts';
import { holdingsDefinition } from './holdings-definition.ts';
import { placeTitle, type HoldingsRecord } from './holdings-record.ts';
import { line } from './holdings.fixture.ts';
import { readHoldingsSheet, writeHoldingsSheet } from './sheet.ts';

function problems(content: Partial<HoldingsRecord>) {
	return holdingsDefinition
		.check(line(content) as unknown as RegisterContent)
		.map(({ field, code }) => [field, code]);
}

function among(content: Partial<HoldingsRecord>, other: Partial<HoldingsRecord>) {
	const record = { version: 1, isWithdrawn: false, actorName: '', at: '' };
	return problemsAmong(
		holdingsDefinition,
		['this'],
		[
			{ ...record, id: 'this', content: line(content) },
			{ ...record, id: 'other', content: line(other) },
		],
	).map(({ code, params }) => [code, params?.['other']]);
}

describe('a line of the register of holdings', () => {
	it('is in order with an extent, and numbers that fit it', () => {
		expect(problems({ files: 365, itemsInFiles: 9000, firstNumber: 1, lastNumber: 365 })).toEqual([]);
		expect(problems({ singleItems: 20, firstNumber: 1, lastNumber: 20 })).toEqual([]);
		expect(problems({ files: 364, firstNumber: 1, lastNumber: 365 })).toEqual([
			['lastNumber', 'numbers_differ'],
		]);
	});

	it.each<[Partial<HoldingsRecord>, string, string]>([
		[{}, 'files', 'no_extent'],
		[{ itemsInFiles: 3 }, 'files', 'no_extent'],
		[{ files: -1 }, 'files', 'out_of_range'],
		[{ files: 1.5 }, 'files', 'not_number'],
		[{ files: 1, metres: Number.NaN }, 'metres', 'not_number'],
		[{ files: 1, countedOn: '2026' }, 'countedOn', 'dated_dates'],
		[{ files: 1, yearFrom: 2001, yearTo: 1999 }, 'yearTo', 'years_reversed'],
		[{ files: 1, firstNumber: 1 }, 'lastNumber', 'numbers_incomplete'],
		[{ files: 1, firstNumber: 3, lastNumber: 1 }, 'lastNumber', 'numbers_reversed'],
		[
			{ files: 2, excluded: { classified: 1, unfit: 1, dueForDestruction: 1 } },
			'excluded',
			'excluded_too_many',
		],
	])('is not in order as %j', (content, field, code) => {
		expect(problems(content)).toEqual([[field, code]]);
	});

	it('counts nothing that another line counts', () => {
		const permanent = { catalogueNumber: '1', retentionPeriod: 'Y' };
		expect(among(permanent, { catalogueNumber: '2', retentionPeriod: 'C' })).toEqual([]);
		expect(among({ ...permanent, yearTo: 1983 }, { ...permanent, yearFrom: 1984 })).toEqual([]);
		expect(among({ ...permanent, yearFrom: 1984 }, { ...permanent, yearTo: 1983 })).toEqual([]);
		expect(among({ ...permanent, yearTo: 1984 }, { ...permanent, yearFrom: 1984 })).toEqual([
			['holdings_overlap', 'B005 1 1984– Y'],
		]);
		expect(among(permanent, {})).toEqual([['holdings_overlap', 'B005']]);
		expect(among(permanent, { ...permanent, fondsNumber: 'B006' })).toEqual([]);
		expect(placeTitle(line({ catalogueNumber: '1', yearFrom: 1962, yearTo: 1962 }))).toBe('B005 1 1962');
	});
});

describe('a sheet of holdings', () => {
	it('is read with the words of archives', () => {
		const { rows, problems: found } = readHoldingsSheet(
			[
				[
					'全宗号',
					'目录号',
					'保管期限',
					'案卷数',
					'起号',
					'止号',
					'清点日期',
					'不数字化：涉密',
					'排架长度（米）',
				],
				['B005', '1', '永久', '1,365', '1', '1365', '2026-03-01', '4', '12.5'],
				['B005', '2', '30年', '二十', '', '', '2026.3.1', '', ''],
				['B005', '3', '30年', '2', '', '', '2026年3月1日', '', ''],
				['B005', '4', '30年', '2', '', '', '2026年3月', '', ''],
			],
			() => undefined,
			'zh',
		);
		expect(found.map(({ row, column, code }) => [row, column, code])).toEqual([
			[3, '案卷数', 'sheet_cell'],
			[5, '清点日期', 'dated_dates'],
		]);
		expect(rows.map(({ content }) => content)).toEqual([
			line({
				catalogueNumber: '1',
				retentionPeriod: 'Y',
				files: 1365,
				firstNumber: 1,
				lastNumber: 1365,
				metres: 12.5,
				carrier: '',
				source: '',
				excluded: { classified: 4, unfit: 0, dueForDestruction: 0 },
			}),
			line({ catalogueNumber: '3', retentionPeriod: 'D30', files: 2, carrier: '', source: '' }),
		]);
	});

	it('names the column of what is wrong about several', () => {
		const wrong = line({ files: 1, excluded: { classified: 1, unfit: 1, dueForDestruction: 0 } });
		const { problems: found } = readHoldingsSheet(writeHoldingsSheet([wrong], 'zh'), () => undefined, 'zh');
		expect(found.map(({ row, column, code }) => [row, column, code])).toEqual([
			[2, '不数字化:涉密', 'excluded_too_many'],
		]);
	});

	it('is read back as it was written', () => {
		const amount = integer({ min: 20, max: 5000 });
		const anyLine = record({
			files: amount,
			itemsInFiles: amount,
			metres: integer({ min: 0, max: 9999 }).map((cm) => cm / 100),
			classified: integer({ min: 0, max: 10 }),
			place: constantFrom<Partial<HoldingsRecord>>(
				{},
				{ catalogueNumber: '1', yearFrom: 1962 },
				{ categoryCode: 'WS', yearFrom: 2015, yearTo: 2015, retentionPeriod: 'D30' },
			),
			countedBy: constantFrom('count', 'list'),
			note: string(),
		}).map(({ classified, place, ...rest }) =>
			line({ ...rest, ...place, excluded: { classified, unfit: 1, dueForDestruction: 0 } }),
		);
		assert(
			property(anyLine, constantFrom('zh', 'en'), (content, language) => {
				expect(readHoldingsSheet(writeHoldingsSheet([content], language), () => undefined, language)).toEqual(
					{
						rows: [{ row: 2, content }],
						problems: [],
						absent: [],
					},
				);
			}),
		);
	});
});
