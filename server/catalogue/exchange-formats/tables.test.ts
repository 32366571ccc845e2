import { describe, expect, it } from 'vitest';
import { textOf } from '#domain/catalogue/entry.ts';
import { plainTextOf } from '#domain/catalogue/rich-text.ts';
import { openCsv } from './csv-reader.ts';
import type { ReadEntry } from './reader.ts';
import { readMapping } from './table-mapping.ts';
import type { TableOptions } from './table-reader.ts';

/** Reads a table, handed over in pieces of a size that cuts lines and line ends. */
async function read(text: string, options: Partial<TableOptions> & { pieces?: number } = {}) {
	const fileName = options.fileName ?? '目录.csv';
	const size = options.pieces ?? 7;
	async function* parts(): AsyncGenerator<string> {
		for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
	}
	const opened = await openCsv(parts(), { underGiven: false, ...options, fileName });
	const entries: ReadEntry[] = [];
	const result = await opened.read({
		fileName,
		signal: new AbortController().signal,
		async onEntries(chunk) {
			entries.push(...chunk);
		},
	});
	return { entries, result, opened };
}

describe('tables', () => {
	it('give an entry for the sheet and one for each row', async () => {
		const { entries, result } = await read('件号,题名\n0001,甲\n\n , \n0002,乙\n');
		expect(entries.map(({ ref, parentRef, line, level }) => ({ ref, parentRef, line, level }))).toEqual([
			{ ref: 0, parentRef: null, line: 1, level: 'fonds' },
			{ ref: 1, parentRef: 0, line: 2, level: 'item' },
			{ ref: 2, parentRef: 0, line: 5, level: 'item' },
		]);
		expect(entries.map(({ fields }) => fields['title'])).toEqual(['目录', '甲', '乙']);
		expect(result).toMatchObject({ format: 'csv', profile: 'dat18', losses: [] });
		expect(result.understood).toEqual([
			{ source: '件号', field: 'itemNumber', count: 2 },
			{ source: '题名', field: 'title', count: 2 },
		]);
	});

	it('beneath an entry become a series named by the row above the headings', async () => {
		const { entries } = await read('水务局2021年归档文件目录,,\n\n件号,题名,页数\n0001,甲,3\n', {
			underGiven: true,
		});
		expect(entries[0]).toMatchObject({
			level: 'series',
			fields: { title: '水务局2021年归档文件目录' },
			line: 3,
		});
	});

	it('keep leading zeros, parse numbers, know terms and part creators', async () => {
		const { entries, result } = await read(
			'档号,题名,责任者,页数,保管期限,密级,年度\nB002-WS·2011-Y-BGS-0036,甲,区档案局；区信息委| 区财政局,０12,永久,非密,2011\n',
		);
		expect(entries[1]?.fields).toMatchObject({
			referenceCode: 'B002-WS·2011-Y-BGS-0036',
			pageCount: 12,
			retentionPeriod: 'Y',
			securityClass: 'public',
			year: 2011,
		});
		expect(['creators#1', 'creators#2', 'creators#3'].map((key) => textOf(entries[1]?.fields[key]))).toEqual([
			'区档案局',
			'区信息委',
			'区财政局',
		]);
		expect(result.problems).toEqual([]);
	});

	it('keep what they do not know as it is written, and say so', async () => {
		const { entries, result } = await read(
			'题名,页数,保管期限,开放状态\n甲,约30,30,馆内可查\n乙,12页,三十年,馆内可查\n',
		);
		expect(
			entries.map(({ fields }) => [fields['pageCount'], fields['retentionPeriod'], fields['accessStatus']]),
		).toEqual([
			[undefined, undefined, undefined],
			['约30', '30', '馆内可查'],
			['12页', '三十年', '馆内可查'],
		]);
		expect(result.problems.map(({ code, line, params }) => [code, line, params['value']])).toEqual([
			['import.not-a-number', 2, '约30'],
			['import.unknown-term', 2, '30'],
			['import.unknown-term', 2, '馆内可查'],
			['import.not-a-number', 3, '12页'],
			['import.unknown-term', 3, '三十年'],
		]);
	});

	it('read headings in any case, width and spacing, and English ones', async () => {
		const { entries } = await read('件 号；题　名；页数\n1；甲；2\n');
		expect(entries[1]?.fields).toMatchObject({ itemNumber: '1', title: '甲', pageCount: 2 });
		const english = await read('ITEM NUMBER\tTitle\tPage  Count\n1\tA\t2\n', { profile: 'dat18' });
		expect(english.entries[1]?.fields).toMatchObject({ itemNumber: '1', title: 'A', pageCount: 2 });
	});

	it('take a list of files for files, with the first and last date', async () => {
		const { entries } = await read(
			'案卷号,题名,日期,页数,保管期限,备注\n0012,甲,19850101-19851231,86,长期,缺第17页\n',
		);
		expect(entries[1]).toMatchObject({
			level: 'file',
			fields: { fileNumber: '0012', dateRange: '19850101-19851231', retentionPeriod: 'C' },
		});
		expect(plainTextOf(entries[1]?.bodies['note'] as never)).toBe('缺第17页');
		const filed = await read('案卷号,件号,题名,日期\n1,2,甲,19850101\n');
		expect(filed.entries[1]).toMatchObject({ level: 'item', fields: { documentDate: '19850101' } });
	});

	it('count what they do not take, by heading', async () => {
		const { result } = await read('序号,题名,全宗号,档号,\n1,甲,B002,B002-1,x\n2,乙,B002,B002-2,,y\n');
		expect(result.losses).toEqual([
			{ path: '序号', count: 2, firstLine: 2 },
			{ path: '全宗号', count: 2, firstLine: 2 },
			{ path: '#5', count: 1, firstLine: 2 },
			{ path: '#6…', count: 1, firstLine: 3 },
		]);
	});

	it('know lines inside quotation marks, with either line end', async () => {
		for (const pieces of [1, 7, 1000]) {
			const { entries } = await read('题名,备注,页数\r\n"甲\r\n乙","一\r\n\r\n二",1\r\n丙,,2\r\n', {
				pieces,
			});
			expect(entries.map(({ line }) => line)).toEqual([1, 2, 6]);
			expect(entries[1]?.fields['title']).toBe('甲 乙');
			expect(plainTextOf(entries[1]?.bodies['note'] as never)).toBe('一\n二');
		}
	});

	it('name the line where a quotation mark is left open', async () => {
		await expect(read('题名,页数\n甲,1\n"乙,2\n丙,3\n')).rejects.toMatchObject({
			code: 'import.broken',
			params: { file: '目录.csv', line: 3 },
		});
	});

	it('take the level of each row, and warn of levels nobody knows', async () => {
		const { entries, result } = await read('层级,题名\n案卷,甲\nItem,乙\n束,丙\n');
		expect(entries.map(({ level }) => level)).toEqual(['fonds', 'file', 'item', 'item']);
		expect(result.problems).toMatchObject([
			{ code: 'import.unknown-level', line: 4, params: { value: '束' } },
		]);
	});

	it('leave out headings that come again, as on each page of a printed list, and say so', async () => {
		const { entries, result } = await read(
			'件号,题名,责任者\n1,甲,张\n件 号,题名,责任者\n2,题名,李\n件号,题名,\n',
		);
		expect(entries.map(({ fields }) => fields['title'])).toEqual(['目录', '甲', '题名']);
		expect(result.losses).toEqual([{ path: '件号 · 题名 · 责任者', count: 2, firstLine: 3 }]);
	});

	it('read the digits of a date in any width', async () => {
		const { entries } = await read('文号,题名,日期\n沧水〔２００８〕１号,２号井,２００８年３月\n');
		expect(entries[1]?.fields).toEqual({
			documentNumber: '沧水〔２００８〕１号',
			title: '２号井',
			documentDate: '2008年3月',
		});
	});

	it('of anything else are given up early, and never held whole', async () => {
		async function* endless(part: string): AsyncGenerator<string> {
			for (let count = 0; ; count++) {
				if (count > 100) throw new Error('read on and on');
				yield part;
			}
		}
		const options = { underGiven: false, fileName: '杂.csv' };
		await expect(openCsv(endless('甲,乙\n'.repeat(30_000)), options)).rejects.toMatchObject({
			code: 'import.no-header',
		});
		await expect(openCsv(endless('a'.repeat(100_000)), options)).rejects.toMatchObject({
			code: 'import.text-too-long',
			params: { file: '杂.csv', line: 1 },
		});
	});

	it('are refused without headings', async () => {
		await expect(read('甲,乙\n1,2\n')).rejects.toMatchObject({ code: 'import.no-header' });
	});
});

describe('a mapping', () => {
	const mapped = (columns: Record<string, string | null>, more: object = {}) => ({
		mapping: readMapping({ columns, ...more }),
	});

	it('says what columns are, and leaves out what it calls null', async () => {
		const { entries, result } = await read(
			'甲欄,乙欄,備用,頁數\n題,一、二,x,3\n',
			mapped(
				{ 甲欄: 'title', 乙欄: 'creators', 備用: null },
				{ separators: '、', level: 'file', title: '公報', profile: 'dat18' },
			),
		);
		expect(entries.map(({ level, fields }) => [level, fields['title']])).toEqual([
			['fonds', '公報'],
			['file', '題'],
		]);
		expect(textOf(entries[1]?.fields['creators#2'])).toBe('二');
		expect(result.losses.map(({ path }) => path)).toEqual(['備用', '頁數']);
	});

	it('makes the hierarchy of the rows, and no entry for the sheet', async () => {
		const { entries, result } = await read(
			'号,上级,题名\n1,,甲\n2,1,乙\n3,9,丙\n',
			mapped({ 号: '@id', 上级: '@parent' }),
		);
		expect(entries.map(({ parentRef }) => parentRef)).toEqual([null, 0, null]);
		expect(result.problems).toMatchObject([{ code: 'import.unknown-parent', line: 4, params: { id: '9' } }]);
	});

	it('translates terms and names headings the table lacks', async () => {
		const { entries, result } = await read(
			'题名,保管期限\n甲,永久保存\n',
			mapped({ 页次: 'pageCount', 题名: 'title' }, { terms: { retentionPeriod: { 永久保存: 'Y' } } }),
		);
		expect(entries[1]?.fields['retentionPeriod']).toBe('Y');
		expect(result.problems).toMatchObject([{ code: 'import.mapping-column', params: { column: '页次' } }]);
	});

	it.each([
		[{ columns: { 甲: 'nothing' } }, 'columns.甲'],
		[{ columns: {}, level: 'shelf' }, 'level'],
		[{ columns: {}, profile: 'rad' }, 'profile'],
		[{ columns: {}, terms: { retentionPeriod: { 永: 'Z' } } }, 'terms.retentionPeriod.永'],
		[{ colums: {} }, 'columns'],
		[7, ''],
	])('is refused with the place: %j', (data, path) => {
		expect(() => readMapping(data)).toThrow(expect.objectContaining({ code: 'import.mapping' }));
		try {
			readMapping(data);
		} catch (error) {
			expect((error as { params: { path: string } }).params.path).toBe(path);
		}
	});
});

describe("AtoM's description sheet", () => {
	const HEAD =
		'legacyId,parentId,identifier,title,levelOfDescription,extentAndMedium,scopeAndContent,generalNote,publicationStatus,eventDates,eventTypes,eventStartDates,eventEndDates,eventActors,eventActorHistories,alternativeIdentifiers,alternativeIdentifierLabels,physicalObjectName,physicalObjectLocation,physicalObjectType,subjectAccessPoints,digitalObjectURI,culture';

	it('makes its own hierarchy, with dates and creators from the events', async () => {
		const { entries, result, opened } = await read(
			`${HEAD}\n10,,F1,A fonds,Fonds,2 m,About,One|Two,Published,"January 1, 2015 - 2016|2016",Creation|Accumulation,2015-01-01|2016-00-00,2016-12-31|2016-00-00,Office|Museum,History|NULL,A1|A2,old|,Box 1,Room,Box,s1|s2;s3,https://example.org/a.jpg,en\n11,10,I1,An item,Item,,,,Draft,NULL,,,,NULL,,,,,,,,,en\n`,
		);
		expect(opened).toMatchObject({ format: 'atom-csv', profile: 'isad' });
		expect(entries.map(({ parentRef, level }) => [parentRef, level])).toEqual([
			[null, 'fonds'],
			[0, 'item'],
		]);
		expect(entries[0]?.fields).toMatchObject({
			referenceCode: 'F1',
			accessStatus: 'open',
			'extent#1': { text: '2 m' },
			'dates#1': { text: 'January 1, 2015 - 2016', normal: '2015-01-01/2016-12-31', type: 'creation' },
			'dates#2': { text: '2016', normal: '2016', type: 'accumulation' },
			'creators#1': { text: 'Office' },
			'creators#2': { text: 'Museum', role: 'accumulation' },
			'otherIdentifiers#1': { text: 'A1', type: 'old' },
			'containers#1': { text: 'Box 1', type: 'Box', location: 'Room' },
			'subjects#2': { text: 's2;s3' },
			'digitalObjects#1': { text: 'https://example.org/a.jpg', href: 'https://example.org/a.jpg' },
		});
		expect(plainTextOf(entries[0]?.bodies['note'] as never)).toBe('One\nTwo');
		expect(plainTextOf(entries[0]?.bodies['adminHistory'] as never)).toBe('History');
		expect(entries[1]?.fields).toEqual({
			referenceCode: 'I1',
			title: 'An item',
			accessStatus: 'notReviewed',
		});
		expect(result.losses).toEqual([{ path: 'culture', count: 2, firstLine: 2 }]);
	});

	it('of authority records is refused by name', async () => {
		await expect(
			read('culture,typeOfEntity,authorizedFormOfName,history\nen,Person,Somebody,x\n', {
				fileName: 'authority.csv',
			}),
		).rejects.toMatchObject({ code: 'import.authority-sheet', params: { file: 'authority.csv' } });
	});
});
