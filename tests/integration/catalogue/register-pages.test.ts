import { describe, expect, it } from 'vitest';
import type { Role } from '#domain/permissions/permissions.ts';
import type { RegisterPage } from '#server/catalogue/registers/register-desk.ts';
import type { RegisterSaved } from '#server/catalogue/registers/registers.ts';
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
