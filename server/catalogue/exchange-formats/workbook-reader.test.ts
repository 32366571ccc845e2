import * as xlsx from '@e965/xlsx';
import { describe, expect, it } from 'vitest';
import { textOf } from '#domain/catalogue/entry.ts';
import type { ReadEntry } from './reader.ts';
import { workbookKind } from './workbook-kind.ts';
import { openWorkbook } from './workbook-reader.ts';

type Cell = string | number | xlsx.CellObject | null;

function aWorkbook(
	sheets: Readonly<Record<string, readonly (readonly Cell[])[]>>,
	bookType: 'xlsx' | 'biff8' = 'xlsx',
) {
	const book = xlsx.utils.book_new();
	for (const [name, rows] of Object.entries(sheets))
		xlsx.utils.book_append_sheet(book, xlsx.utils.aoa_to_sheet(rows.map((row) => [...row])), name);
	return xlsx.write(book, { type: 'buffer', bookType }) as Buffer;
}

async function read(bytes: Buffer, fileName = '目录.xlsx') {
	const opened = await openWorkbook(bytes, workbookKind(bytes) as 'xlsx', { fileName, underGiven: true });
	const entries: ReadEntry[] = [];
	const result = await opened.read({
		fileName,
		signal: new AbortController().signal,
		async onEntries(chunk) {
			entries.push(...chunk);
		},
	});
	return { entries, result };
}

const date = (serial: number, z: string): xlsx.CellObject => ({ t: 'n', v: serial, z });

describe('workbooks', () => {
	it.each(['xlsx', 'biff8'] as const)(
		'%s: dates as written, leading zeros, titles above',
		async (bookType) => {
			const bytes = aWorkbook(
				{
					归档文件目录: [
						['沧浦区档案局2011年归档文件目录', null, null],
						['件号', '题名', '日期', '页数', '文号', '盒号'],
						['0036', '甲', date(40664, 'yyyy-mm-dd'), 12, '沧档〔2011〕3号', { t: 'n', v: 7, z: '000' }],
						[null, null, null],
						['0037', '乙', date(31260, 'yyyy"年"m"月"'), 3, 450000000000001, null],
					],
				},
				bookType,
			);
			const { entries, result } = await read(bytes);
			expect(result.format).toBe(bookType === 'xlsx' ? 'xlsx' : 'xls');
			expect(entries.map(({ line, level }) => [line, level])).toEqual([
				[2, 'series'],
				[3, 'item'],
				[5, 'item'],
			]);
			expect(entries[0]?.fields['title']).toBe('沧浦区档案局2011年归档文件目录');
			expect(entries[1]?.fields).toEqual({
				itemNumber: '0036',
				title: '甲',
				documentDate: '20110501',
				pageCount: 12,
				documentNumber: '沧档〔2011〕3号',
				boxNumber: '007',
			});
			// A cell that shows a month holds a day nobody wrote.
			expect(entries[2]?.fields).toMatchObject({
				documentDate: '1985年8月',
				documentNumber: '450000000000001',
			});
		},
	);

	it('read every sheet with headings, and list the others', async () => {
		const { entries, result } = await read(
			aWorkbook({
				说明: [['填写说明'], ['请勿改动']],
				一九八五: [
					['案卷号', '案卷题名', '起止日期'],
					['1', '甲', '1985-1986'],
				],
				一九八六: [
					['案卷号', '案卷题名', '序'],
					['2', '乙', 'x'],
				],
			}),
		);
		expect(entries.map(({ level, parentRef, fields }) => [level, parentRef, fields['title']])).toEqual([
			['series', null, '目录 一九八五'],
			['file', 0, '甲'],
			['series', null, '目录 一九八六'],
			['file', 2, '乙'],
		]);
		expect(result.losses).toEqual([
			{ path: '说明', count: 2, firstLine: 1 },
			{ path: '一九八六!序', count: 1, firstLine: 2 },
		]);
	});

	it('a bare number under a date is the day it stands for, and said so; other numbers stay', async () => {
		const { entries, result } = await read(
			aWorkbook({
				目录: [
					['件号', '题名', '日期', '页数', '盒号'],
					['1', '甲', 39512, 39512, 39512],
					['2', '乙', 20080305, 2, 3],
					['3', '丙', 2008, 2, 3],
					['4', '丁', '39512', 2, 3],
				],
			}),
		);
		expect(entries.slice(1).map(({ fields }) => fields['documentDate'])).toEqual([
			'20080305',
			'20080305',
			'2008',
			'39512',
		]);
		expect(entries[1]?.fields).toMatchObject({ pageCount: 39512, boxNumber: '39512' });
		expect(result.problems).toEqual([
			{ severity: 'warning', line: 2, code: 'import.date-number', params: { column: '日期', count: 1 } },
		]);
	});

	it('a cell merged over several rows speaks for each of them, over several columns only once', async () => {
		const sheet = xlsx.utils.aoa_to_sheet([
			['沧浦区水务局归档文件目录', null, null],
			['件号', '责任者', '题名'],
			['1', '沧浦区水务局', '甲'],
			['2', null, '乙'],
			['3', '区档案局', null],
		]);
		sheet['!merges'] = ['A1:C1', 'B3:B4', 'B5:C5'].map((range) => xlsx.utils.decode_range(range));
		const book = xlsx.utils.book_new();
		xlsx.utils.book_append_sheet(book, sheet, '目录');
		const { entries } = await read(xlsx.write(book, { type: 'buffer', bookType: 'xlsx' }) as Buffer);
		expect(entries.map(({ fields }) => [fields['title'], textOf(fields['creators#1'])])).toEqual([
			['沧浦区水务局归档文件目录', ''],
			['甲', '沧浦区水务局'],
			['乙', '沧浦区水务局'],
			[undefined, '区档案局'],
		]);
	});

	it('without headings anywhere are refused', async () => {
		await expect(read(aWorkbook({ 甲: [['一', '二']] }))).rejects.toMatchObject({ code: 'import.no-header' });
	});

	it('that are damaged are refused with their name', async () => {
		const bytes = aWorkbook({ 甲: [['题名', '页数']] });
		await expect(read(bytes.subarray(0, bytes.length / 2))).rejects.toMatchObject({
			code: 'import.broken',
			params: { file: '目录.xlsx' },
		});
	});

	it('names and counts formulas without a result: no empty cells that nobody wrote', async () => {
		// As programs write them that compute nothing.
		const formula = (f: string): xlsx.CellObject => ({ t: 'z', f });
		const computed = (v: string): xlsx.CellObject => ({ t: 's', f: '"县"&"局"', v });
		const bytes = aWorkbook({
			目录: [
				['件号', '题名', '责任者'],
				['0001', '甲', formula('"县"&"局"')],
				['0002', '乙', computed('县局')],
				['0003', '丙', computed('')],
				[formula('ROW()'), formula('A1'), formula('A1')],
			],
		});
		const { entries, result } = await read(bytes);
		expect(entries.map(({ fields }) => fields['title'])).toEqual(['目录', '甲', '乙', '丙']);
		expect(entries[1]?.fields['creators']).toBeUndefined();
		expect(
			result.problems
				.filter(({ code }) => code === 'import.formula-without-value')
				.map(({ line, params }) => [line, params]),
		).toEqual([
			[2, { column: '责任者', count: 2 }],
			[5, { column: '件号', count: 1 }],
			[5, { column: '题名', count: 1 }],
		]);
		expect(result.losses).toEqual([
			{ path: '责任者 =', count: 2, firstLine: 2 },
			{ path: '件号 =', count: 1, firstLine: 5 },
			{ path: '题名 =', count: 1, firstLine: 5 },
		]);
	});
});
