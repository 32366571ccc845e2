import * as xlsx from '@e965/xlsx';
import { describe, expect, it } from 'vitest';
import type { Role } from '#domain/permissions/permissions.ts';
import type { RegisterPage } from '#server/catalogue/registers/register-desk.ts';
import type { RegisterSaved } from '#server/catalogue/registers/registers.ts';
import type { SheetOutcome } from '#server/catalogue/registers/sheet-desk.ts';
import type { MergeOutcome, TypedAuthority } from '#server/catalogue/authorities/authority-desk.ts';
import type { PickList } from '#server/catalogue/authorities/authority-list.ts';
import { aFondsRecord, anAuthority, asking, upload, withToken } from '#tests/support/registers.ts';
import { startTestServer } from '#tests/support/server.ts';

const change = (content: object, id?: string, based = 0) => ({ ...(id ? { id } : {}), based, content });

describe('who may read and change registers', () => {
	it('readers see nothing, reviewers read, archivists write; a signed-out session gets nothing', async () => {
		const server = await startTestServer();
		const body = { changes: [change(aFondsRecord({ fondsNumber: 'B001' }))] };
		const archivist = await server.token('某archivist', 'archivist');
		const uploadId = await upload(server, archivist, 'a.csv', '全宗号,全宗名称\n');
		const statuses = async (role: Role): Promise<number[]> => {
			const token = role === 'archivist' ? archivist : await server.token(`某${role}`, role);
			const ask = withToken(server, token);
			const sheet = await fetch(`${server.origin}/api/registers/fonds/sheet`, {
				headers: { authorization: `Bearer ${token}` },
			});
			return [
				(await ask('/api/registers/fonds')).status,
				sheet.status,
				(await ask('/api/registers/authority/suggest?q=a')).status,
				(await ask('/api/registers/fonds', { ...body, isTrial: true })).status,
				(await ask('/api/registers/fonds/sheet', { uploadId, isTrial: true })).status,
				(await ask('/api/registers/authority/merge', { keep: 'a', drop: 'b' })).status,
				(await ask('/api/registers/authority/resolve', { text: 'a', authorityId: 'b' })).status,
			];
		};
		expect(await statuses('reader')).toEqual([403, 403, 403, 403, 403, 403, 403]);
		expect(await statuses('reviewer')).toEqual([200, 200, 200, 403, 403, 403, 403]);
		expect(await statuses('archivist')).toEqual([200, 200, 200, 200, 200, 404, 404]);
		expect(await statuses('administrator')).toEqual([200, 200, 200, 200, 200, 404, 404]);
		const cookie = await server.cookie('走了', 'archivist');
		const signedIn = asking(server, { cookie, origin: server.origin });
		expect((await signedIn('/api/registers/fonds')).status).toBe(200);
		await fetch(`${server.origin}/api/sign-out`, {
			method: 'POST',
			headers: { cookie, origin: server.origin },
		});
		expect((await signedIn('/api/registers/fonds')).status).toBe(401);
		expect((await signedIn('/api/registers/fonds', body)).status).toBe(401);
		expect(server.app.registers.list('fonds')).toEqual([]);
	});
});

describe('records', () => {
	it('are saved with warnings, listed with and without those out of use, and say who may change them', async () => {
		const server = await startTestServer();
		const ask = withToken(server, await server.token('编', 'archivist'));
		const saved = await ask<RegisterSaved>('/api/registers/fonds', {
			changes: [
				change(aFondsRecord({ fondsNumber: '12', name: '旧编号' }), 'a'),
				change(aFondsRecord({ fondsNumber: 'B002' }), 'b'),
			],
			why: '建册',
		});
		expect(saved.body.problems).toMatchObject([
			{ field: 'fondsNumber', code: 'fonds_number_unusual', isWarning: true },
		]);
		expect(saved.body.saved).toHaveLength(2);
		const [old] = saved.body.saved;
		await ask('/api/registers/fonds', {
			changes: [{ ...change(old?.content ?? {}, 'a', 1), isWithdrawn: true }],
		});
		const listed = async (query: string) => (await ask<RegisterPage>(`/api/registers/fonds?${query}`)).body;
		expect(await listed('')).toMatchObject({ total: 2, canEdit: true });
		expect(await listed('withdrawn=no')).toMatchObject({ total: 1, records: [{ id: 'b' }] });
		const reading = withToken(server, await server.token('审', 'reviewer'));
		expect((await reading<RegisterPage>('/api/registers/fonds')).body.canEdit).toBe(false);
		const refused = await ask<RegisterSaved>('/api/registers/fonds', {
			changes: [change(aFondsRecord({ fondsNumber: 'B002' }))],
		});
		expect(refused.body).toMatchObject({ saved: [], problems: [{ code: 'fonds_number_taken' }] });
	});
});

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
});

describe('authorities', () => {
	it('are found while typing, by pinyin too, and the list goes to devices once', async () => {
		const server = await startTestServer();
		const ask = withToken(server, await server.token('编', 'archivist'));
		const names = [
			{ text: '沧浦县水利局', to: '20010108' },
			{ text: '沧浦区水务局', from: '20010109' },
		];
		await ask('/api/registers/authority', { changes: [change(anAuthority({ names }), 'w')] });
		const typed = async (q: string, day: string) =>
			(await ask<{ found: TypedAuthority[] }>(`/api/registers/authority/suggest?q=${q}&day=${day}`)).body
				.found;
		expect(await typed('slj', '19850803')).toMatchObject([{ written: '沧浦县水利局', isValid: true }]);
		expect(await typed(encodeURIComponent('水利'), '20140101')).toMatchObject([{ written: '沧浦区水务局' }]);
		const list = (await ask<PickList>('/api/registers/authority/pick-list')).body;
		expect(list).toMatchObject({ isWhole: true, authorities: [{ id: 'w' }] });
		const known = encodeURIComponent(list.edition);
		expect((await ask(`/api/registers/authority/pick-list?known=${known}`)).body).toEqual({ isKnown: true });
		await ask('/api/registers/authority', {
			changes: [change(anAuthority({ names: [{ text: '沧浦区教育局' }] }), 'e')],
		});
		expect(await typed('jyj', '20140101')).toMatchObject([{ written: '沧浦区教育局' }]);
		expect((await ask(`/api/registers/authority/pick-list?known=${known}`)).body).toMatchObject({
			isWhole: true,
		});
	});

	it('are merged with everything that names them, or not at all', async () => {
		const server = await startTestServer();
		const ask = withToken(server, await server.token('编', 'archivist'));
		await ask('/api/registers/authority', {
			changes: [
				change(anAuthority({ names: [{ text: '沧浦县水利局', to: '2000' }] }), 'old'),
				change(anAuthority({ names: [{ text: '沧浦区水务局', from: '2001' }] }), 'new'),
				change(anAuthority({ names: [{ text: '沧浦区河长办' }], predecessors: ['old'] }), 'other'),
				change(anAuthority({ kind: 'person', names: [{ text: '合成人' }] }), 'person'),
			],
		});
		await ask('/api/registers/fonds', {
			changes: [change(aFondsRecord({ fondsNumber: 'B004', creatorId: 'old' }), 'f')],
		});
		const merge = async (drop: string, isTrial: boolean) =>
			(
				await ask<MergeOutcome>('/api/registers/authority/merge', {
					keep: 'new',
					drop,
					isTrial,
					why: '同一机构',
				})
			).body;
		expect(await merge('person', false)).toMatchObject({
			isSaved: false,
			conflicts: [{ what: 'kindDiffers' }, { what: 'namesOverlap' }],
		});
		expect(await merge('old', true)).toMatchObject({
			isSaved: false,
			references: [
				{ register: 'authority', id: 'other' },
				{ register: 'fonds', id: 'f' },
			],
		});
		expect(server.app.registers.get('authority', 'old')?.isWithdrawn).toBe(false);
		expect(await merge('old', false)).toMatchObject({ isSaved: true, conflicts: [] });
		const { registers } = server.app;
		expect(registers.get('authority', 'old')?.isWithdrawn).toBe(true);
		expect(registers.get('authority', 'other')?.content['predecessors']).toEqual(['new']);
		expect(registers.get('fonds', 'f')?.content['creatorId']).toBe('new');
		expect(registers.get('authority', 'new')?.content['names']).toHaveLength(2);
		expect((await ask('/api/registers/authority/merge', { keep: 'new', drop: 'new' })).body).toMatchObject({
			refusal: { code: 'catalogue.same-record' },
		});
	});
});
