import * as xlsx from '@e965/xlsx';
import { describe, expect, it } from 'vitest';
import type { FondsRecord } from '#domain/catalogue/fonds/fonds-record.ts';
import type { RegisterContent, RegisterRecord } from '#domain/catalogue/registers/register.ts';
import type { SheetOutcome } from '#server/catalogue/registers/sheet-desk.ts';
import { B002 } from '#tests/support/codes.ts';
import { TESTER } from '#tests/support/people.ts';
import { aHoldingsLine, anAuthority, upload, withToken } from '#tests/support/registers.ts';
import { startTestServer } from '#tests/support/server.ts';

describe('a sheet', () => {
	const SHEET = [
		'种类,名称,简称,机关代字,前身,全宗号,职务,备注',
		'机构,沧浦县水利局（–20010108）；沧浦区水务局（20010109–）,水务局,沧水务,,B004,,',
		'机构,沧浦县档案馆,,,,B002,,',
		'机构,沧浦区档案局（2001–）,,,沧浦县档案馆,B002,,',
	];

	it('is tried row by row, saved as one, and read again as the same; a later one changes what it names', async () => {
		const server = await startTestServer();
		const token = await server.token('编', 'archivist');
		const ask = withToken(server, token);
		const read = async (text: string | Uint8Array<ArrayBuffer>, isTrial: boolean, name = '名录.csv') =>
			(
				await ask<SheetOutcome>('/api/registers/authority/sheet', {
					uploadId: await upload(server, token, name, text),
					isTrial,
				})
			).body;
		expect(await read(SHEET.join('\n'), true)).toMatchObject({
			counts: { new: 3, changed: 0, same: 0, wrong: 0 },
			isSaved: false,
		});
		expect(server.app.registers.list('authority')).toEqual([]);
		expect(await read(SHEET.join('\n'), false)).toMatchObject({ isSaved: true });
		const [, archives, bureau] = server.app.registers.list('authority');
		expect(bureau?.content['predecessors']).toEqual([archives?.id]);
		const book = xlsx.utils.book_new();
		xlsx.utils.book_append_sheet(
			book,
			xlsx.utils.aoa_to_sheet(SHEET.map((line) => line.replace('水务局,沧', '水务局；水利局,沧').split(','))),
			'名录',
		);
		const again = await read(
			new Uint8Array(xlsx.write(book, { type: 'buffer', bookType: 'xlsx' }) as Buffer),
			false,
			'名录.xlsx',
		);
		expect(again).toMatchObject({ counts: { new: 0, changed: 1, same: 2, wrong: 0 }, isSaved: true });
		expect(server.app.registers.list('authority')).toHaveLength(3);
		const exported = await fetch(`${server.origin}/api/registers/authority/sheet?language=en`, {
			headers: { authorization: `Bearer ${token}` },
		});
		expect(await read(await exported.text(), true)).toMatchObject({
			counts: { new: 0, changed: 0, same: 3, wrong: 0 },
		});
	});

	it('leaves what it has no column for as it is, and names those columns', async () => {
		const server = await startTestServer();
		const token = await server.token('编', 'archivist');
		const { registers } = server.app;
		const person = anAuthority({
			kind: 'person',
			names: [{ text: '合成甲' }],
			offices: [{ text: '局长', from: '2001' }],
			organCodes: [{ text: '甲' }],
			fondsNumbers: ['B004'],
			note: ' 有注 ',
		});
		const record = (content: object) => [{ based: 0, content: content as RegisterContent }];
		await registers.save('authority', record(person), '', TESTER);
		const [creator] = registers.list('authority');
		const closed: FondsRecord = {
			...B002,
			creatorId: creator?.id ?? '',
			status: 'abolished',
			activeTo: 2020,
			guide: '指南',
			entryId: 'e',
		};
		await registers.save('fonds', record(closed), '', TESTER);
		const line = aHoldingsLine({
			fondsNumber: 'B002',
			files: 9,
			firstNumber: 1,
			lastNumber: 9,
			excluded: { classified: 2, unfit: 1, dueForDestruction: 0 },
			note: '注',
		});
		await registers.save('holdings', record(line), '', TESTER);
		const read = async (register: string, text: string) => {
			const uploadId = await upload(server, token, 'x.csv', text);
			return (await withToken(server, token)<SheetOutcome>(`/api/registers/${register}/sheet`, { uploadId }))
				.body;
		};
		const changed = { counts: { new: 0, changed: 1, same: 0, wrong: 0 }, isSaved: true };
		const named = await read('authority', '名称,简称\n合成甲,小甲');
		expect(named).toMatchObject(changed);
		expect(named.absent.map(({ zh }) => zh)).toEqual(['种类', '机关代字', '前身', '全宗号', '职务', '备注']);
		expect(registers.list('authority')[0]?.content).toEqual({ ...person, shortNames: [{ text: '小甲' }] });
		// Who constituted it is out of use by now: what the sheet does not say is no fault of the sheet.
		const { id, version, content } = registers.list('authority')[0] as RegisterRecord;
		await registers.save('authority', [{ id, based: version, content, isWithdrawn: true }], '', TESTER);
		expect(await read('fonds', '全宗号,全宗名称\nB002,另一名称')).toMatchObject(changed);
		expect(registers.list('fonds')[0]?.content).toEqual({ ...closed, name: '另一名称' });
		expect(await read('fonds', '全宗号,全宗名称\nB002,另一名称')).toMatchObject({
			counts: { changed: 0, same: 1 },
		});
		expect(await read('holdings', '全宗号,清点日期,不数字化:涉密\nB002,20260601,3')).toMatchObject(changed);
		expect(registers.list('holdings')[0]?.content).toEqual({
			...line,
			excluded: { ...line.excluded, classified: 3 },
		});
		// An empty cell says that there is nothing, and a new record has what nobody said.
		expect(await read('fonds', '全宗号,全宗名称,全宗指南\nB002,另一名称,\nB009,新全宗,')).toMatchObject({
			counts: { new: 1, changed: 1 },
		});
		expect(registers.list('fonds').map((each) => each.content)).toMatchObject([
			{ guide: '', status: 'abolished', codeRegimes: B002.codeRegimes },
			{ guide: '', status: 'active', codeRegimes: [] },
		]);
	});

	it('with one wrong row saves nothing, and names row and column', async () => {
		const server = await startTestServer();
		const token = await server.token('编', 'archivist');
		const wrong = [
			...SHEET,
			'机构,沧浦县教育局（2001–1958）,,,,,,',
			'机构,沧浦县林业局,,,无此局,,,',
			SHEET[1],
		];
		const { body } = await withToken(server, token)<SheetOutcome>('/api/registers/authority/sheet', {
			uploadId: await upload(server, token, '名录.csv', wrong.join('\r\n')),
		});
		expect(body).toMatchObject({ isSaved: false, counts: { wrong: 3 } });
		expect(
			body.rows
				.filter(({ state }) => state === 'wrong')
				.map(({ row, problems }) => [row, problems[0]?.column, problems[0]?.code]),
		).toEqual([
			[5, '名称', 'dated_reversed'],
			[6, '前身', 'predecessor_unknown'],
			[7, '', 'repeated'],
		]);
		expect(server.app.registers.list('authority')).toEqual([]);
	});

	it('with formulas that nobody computed names each, and takes none for an empty cell', async () => {
		const server = await startTestServer();
		const token = await server.token('编', 'archivist');
		const sheet = xlsx.utils.aoa_to_sheet([
			['名称', '简称'],
			['沧浦区水务局', { t: 'z', f: 'A2' }],
			['沧浦区档案局', '档案局'],
			[{ t: 'z', f: 'A2' }, null],
		]);
		const book = xlsx.utils.book_new();
		xlsx.utils.book_append_sheet(book, sheet, '名录');
		const bytes = new Uint8Array(xlsx.write(book, { type: 'buffer', bookType: 'xlsx' }) as Buffer);
		const { body } = await withToken(server, token)<SheetOutcome>('/api/registers/authority/sheet', {
			uploadId: await upload(server, token, '名录.xlsx', bytes),
		});
		expect(body).toMatchObject({ isSaved: false, counts: { new: 1, wrong: 2 } });
		expect(
			body.rows.slice(0, 2).map(({ row, problems: [first] }) => [row, first?.column, first?.code]),
		).toEqual([
			[2, '简称', 'sheet_formula'],
			[4, '名称', 'sheet_formula'],
		]);
		expect(server.app.registers.list('authority')).toEqual([]);
	});
});
