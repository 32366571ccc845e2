import { describe, expect, it } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import type { DryRunReport, ImportResult } from '#server/catalogue/import/import-report.ts';
import type { OrderDetail } from '#server/collaboration/orders/shown-order.ts';
import type { ResolveOutcome } from '#server/collaboration/authorities/resolve-desk.ts';
import { aMadeEntry } from '#tests/support/entries.ts';
import { fieldsOf } from '#tests/support/orders.ts';
import { anAuthority, upload, withToken } from '#tests/support/registers.ts';
import { startTestServer } from '#tests/support/server.ts';

const COUNTY = '上海市沧浦县人民政府';
const DISTRICT = '上海市沧浦区人民政府';

describe('one decision about a short form', () => {
	it('repairs every row it fits by one order that somebody else approves, and that is undone as one', async () => {
		const server = await startTestServer();
		const { app } = server;
		const ask = withToken(server, await server.token('编', 'archivist'));
		const checking = withToken(server, await server.token('审', 'reviewer'));
		await ask('/api/registers/authority', {
			changes: [
				{
					id: 'g',
					based: 0,
					content: anAuthority({
						names: [
							{ text: COUNTY, to: '20010108' },
							{ text: DISTRICT, from: '20010109' },
						],
					}),
				},
			],
		});
		const fonds = await aMadeEntry(app, {
			title: '合成全宗',
			level: 'fonds',
			fields: { referenceCode: 'B001' },
		});
		const item = (creators: readonly string[], fields: Record<string, string | number>): Promise<EntryId> =>
			aMadeEntry(app, {
				title: '关于整治河道的通知',
				parentId: fonds,
				fields: {
					...fields,
					...Object.fromEntries(
						creators.map((text, at) => [`creators#${at + 1}`, { order: `a${at}`, text }]),
					),
				},
			});
		const early = await item(['区府'], { documentDate: '19850803' });
		const late = await item(['水务局、区府；某公司', '区府'], { documentDate: '20140312' });
		const undated = await item(['区府'], {});
		const turning = await item(['区府'], { year: 2001 });
		const other = await item(['区府办'], { documentDate: '20140312' });
		const decision = { text: '区府', from: '1950', authorityId: 'g' };
		const preview = await ask<ResolveOutcome>('/api/registers/authority/resolve', {
			...decision,
			isPreview: true,
		});
		expect(preview.body).toMatchObject({
			rows: 3,
			byFonds: [{ id: fonds, rows: 3 }],
			left: { undated: 1, ambiguous: 1, conflict: 0 },
			isSaved: false,
			preview: { rows: 3, entries: 2, groupCount: 3 },
		});
		expect(app.registers.get('authority', 'g')?.version).toBe(1);
		expect((await ask('/api/registers/authority/resolve', decision)).body).toMatchObject({
			refusal: { code: 'collaboration.order-without-reason' },
		});
		expect(
			(await ask('/api/registers/authority/resolve', { ...decision, to: '20019', why: '统一' })).body,
		).toMatchObject({ refusal: { code: 'catalogue.bad-short-form', params: { field: 'to' } } });
		const decided = await ask<ResolveOutcome>('/api/registers/authority/resolve', {
			...decision,
			why: '责任者用全称',
		});
		expect(decided.body).toMatchObject({ isSaved: true, order: { rows: 3 } });
		expect(app.registers.get('authority', 'g')?.content['shortNames']).toEqual([
			{ text: '区府', from: '1950' },
		]);
		const creators = async (id: EntryId): Promise<unknown[]> =>
			Object.entries(await fieldsOf(app, id))
				.filter(([key]) => key.startsWith('creators#'))
				.map(([, value]) => (value as { text: string }).text);
		expect(await creators(early)).toEqual(['区府']);
		const order = `/api/orders/${decided.body.order?.id}`;
		expect((await ask(`${order}/decide`, { verdict: 'approve' })).body).toMatchObject({
			refusal: { code: 'collaboration.own-order' },
		});
		expect((await checking(`${order}/decide`, { verdict: 'approve' })).body).toMatchObject({
			result: { state: 'applied', states: { applied: 3 } },
		});
		expect(await creators(early)).toEqual([COUNTY]);
		expect(await creators(late)).toEqual([`水务局、${DISTRICT}；某公司`, DISTRICT]);
		expect(await creators(undated)).toEqual(['区府']);
		expect(await creators(turning)).toEqual(['区府']);
		expect(await creators(other)).toEqual(['区府办']);
		expect((await checking<OrderDetail>(order)).body).toMatchObject({ groupCount: 3 });
		expect((await checking(`${order}/undo`, { why: '再核' })).body).toMatchObject({
			result: { state: 'undone' },
		});
		expect(await creators(late)).toEqual(['水务局、区府；某公司', '区府']);
	});

	it('is not said to be saved when somebody else was first, and makes no order then', async () => {
		const server = await startTestServer();
		const { app } = server;
		const ask = withToken(server, await server.token('编', 'archivist'));
		const content = anAuthority({ names: [{ text: DISTRICT, from: '2001' }] });
		const save = (based: number, change: object) =>
			ask('/api/registers/authority', { changes: [{ id: 'g', based, content: { ...content, ...change } }] });
		await save(0, {});
		await aMadeEntry(app, {
			title: '关于整治河道的通知',
			parentId: await aMadeEntry(app, { title: '合成全宗', level: 'fonds' }),
			fields: { documentDate: '20140312', 'creators#1': { order: 'a0', text: '区府' } },
		});
		const { preview } = app.orders;
		// What has to be read of a large catalogue takes so long that others go on.
		app.orders.preview = async (...given) => {
			await save(1, { shortNames: [{ text: '沧府', from: '2001' }] });
			return preview(...given);
		};
		const decided = await ask<ResolveOutcome>('/api/registers/authority/resolve', {
			text: '区府',
			from: '2001',
			authorityId: 'g',
			why: '责任者用全称',
		});
		expect(decided.body).toMatchObject({
			rows: 1,
			isSaved: false,
			problems: [{ code: 'changed_meanwhile', field: 'shortNames' }],
		});
		expect(decided.body.order).toBeUndefined();
		expect(app.registers.get('authority', 'g')?.content['shortNames']).toEqual([
			{ text: '沧府', from: '2001' },
		]);
		expect(await app.storage.db.selectFrom('correction_order').select('id').execute()).toEqual([]);
	});

	it('is heard by imports that ask for it, and by no others', async () => {
		const server = await startTestServer();
		const token = await server.token('编', 'archivist');
		const ask = withToken(server, token);
		const content = anAuthority({
			names: [{ text: DISTRICT, from: '2001' }],
			shortNames: [{ text: '区府' }],
		});
		await ask('/api/registers/authority', { changes: [{ id: 'g', based: 0, content }] });
		const uploadId = await upload(
			server,
			token,
			'目录.csv',
			'档号,题名,责任者,日期\nB001-WS·2014-Y-0001,通知,区府,20140312\nB001-WS·1999-Y-0001,通知,区府,19990312\n',
		);
		const dryRun = async (writesCreatorsOut?: boolean) =>
			(
				await ask<{ result: DryRunReport }>('/api/imports/dry-run', {
					uploadId,
					profile: 'dat18',
					writesCreatorsOut,
				})
			).body.result;
		expect((await dryRun()).creators).toBeUndefined();
		expect((await dryRun(true)).creators).toMatchObject({ repaired: 1, unclear: 0 });
		const { body } = await ask<{ result: ImportResult }>('/api/imports', {
			uploadId,
			profile: 'dat18',
			writesCreatorsOut: true,
		});
		const rows = await server.app.storage.db
			.selectFrom('entry')
			.select('creators_text')
			.where('level', '=', 'item')
			.orderBy('reference_code')
			.execute();
		expect(body.result.creators).toMatchObject({ repaired: 1, unclear: 0 });
		expect(rows.map(({ creators_text: text }) => text)).toEqual(['区府', DISTRICT]);
	});
});
