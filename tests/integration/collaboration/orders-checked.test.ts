import { describe, expect, it } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import type { OrderRule } from '#domain/collaboration/orders.ts';
import { aConflict, personOf } from '#tests/support/conflicts.ts';
import { anImportedEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { aFonds, by, replaceWords, fieldsOf } from '#tests/support/orders.ts';
import { startTestServer } from '#tests/support/server.ts';

describe('an order is checked by somebody else', () => {
	it('never by its proposer, by token neither, nor by who may not decide', async () => {
		const { app } = await startTestServer();
		const { fonds, items, proposer, checker } = await aFonds(app, ['区府甲']);
		const { id } = await app.orders.create(by(proposer), replaceWords(fonds), '试');
		const own = { person: { ...proposer, scopes: ['read', 'write'] }, tokenId: 't', via: 'token' as const };
		for (const attempt of [
			() => app.orders.decide(own, id, 'approve', ''),
			() => app.orders.sample(by(proposer), id),
			() => app.orders.judgeRows(by(proposer), id, [0], 'approved', ''),
		])
			await expect(attempt()).rejects.toMatchObject({ code: 'collaboration.own-order', status: 403 });
		const readOnly = { person: { ...checker, scopes: ['read'] }, via: 'token' as const };
		await expect(app.orders.decide(readOnly, id, 'approve', '')).rejects.toMatchObject({ status: 403 });
		expect((await fieldsOf(app, items[0] as EntryId))['title']).toBe('区府甲');
		expect((await app.orders.show(proposer, id)).can).toEqual({
			submit: false,
			withdraw: true,
			judge: false,
			decide: false,
			undo: false,
		});
		expect((await app.orders.show(checker, id)).can).toMatchObject({
			judge: true,
			decide: true,
			undo: false,
		});
	});

	it('by a sample: rows found wrong stay as they are, with their reason; the rest is applied and can be undone', async () => {
		const server = await startTestServer();
		const { app } = server;
		const { fonds, items, proposer, checker } = await aFonds(
			app,
			Array.from({ length: 24 }, (_, at) => `区府${at}`),
		);
		const open = items[5] as EntryId;
		const client = await joinLive(server.port, open, {
			token: await server.token('丙', 'archivist'),
			by: '丙',
		});
		const { id, number } = await app.orders.create(by(proposer), replaceWords(fonds), '统一简称');
		const first = await app.orders.sample(by(checker), id);
		const second = await app.orders.sample(by(checker), id, 6);
		expect([first.size, second.size]).toEqual([2, 6]);
		expect((await app.orders.show(checker, id)).samples).toEqual([first, second]);
		const drawn = await app.orders.rows(checker, id, { sample: second.id }, 0, 10);
		expect(drawn.rows.map(({ position }) => position)).toEqual(second.positions);
		await app.orders.judgeRows(by(checker), id, { group: 0 }, 'approved', '');
		await app.orders.judgeRows(by(checker), id, [3, 4], 'rejected', '此处非简称');
		const seen: number[] = [];
		const outcome = await app.orders.decide(by(checker), number, 'approve', '抽查合格', {
			onProgress: ({ done }) => seen.push(done),
		});
		expect(outcome).toMatchObject({ state: 'applied', isWhole: true, states: { applied: 22, rejected: 2 } });
		expect(seen.at(-1)).toBe(22);
		await eventually(() => expect(client.values('title')).toEqual(['区政府5']));
		expect((await fieldsOf(app, items[3] as EntryId))['title']).toBe('区府3');
		const shown = await app.orders.show(proposer, id);
		expect(shown.decision).toMatchObject({
			verdict: 'approve',
			actorName: '审核员',
			why: '抽查合格',
			samples: [first.id, second.id],
			rejected: [3, 4],
			approved: 22,
		});
		expect(shown.groups).toMatchObject([{ count: 24, states: { applied: 22, rejected: 2 } }]);
		const { rows } = await app.orders.rows(proposer, id, { state: 'rejected' }, 0, 10);
		expect(rows.map(({ why, judgedBy }) => [why, judgedBy])).toEqual([
			['此处非简称', '审核员'],
			['此处非简称', '审核员'],
		]);
		const changes = await app.storage.db
			.selectFrom('entry_change')
			.select(['actor_id', 'via'])
			.where('doc', '=', `entry:${items[0]}`)
			.where('field', '=', 'title')
			.orderBy('id', 'desc')
			.execute();
		expect(changes[0]).toEqual({ actor_id: checker.id, via: `order:${id}` });
		expect(await app.comments.notices(proposer)).toMatchObject([
			{ kind: 'order-applied', objectId: id, actorName: '审核员', text: `${number} 抽查合格` },
		]);

		await app.collaboration.setField(items[7] as EntryId, 'title', '后来改的', {
			id: checker.id,
			name: checker.name,
			via: null,
		});
		expect(await app.orders.undo(by(checker), id, '依据有误')).toMatchObject({
			state: 'undone',
			states: { undone: 21, applied: 1, rejected: 2 },
		});
		expect((await fieldsOf(app, items[0] as EntryId))['title']).toBe('区府0');
		expect((await fieldsOf(app, items[7] as EntryId))['title']).toBe('后来改的');
		await eventually(() => expect(client.values('title')).toEqual(['区府5']));
		await expect(app.orders.undo(by(checker), id, '')).rejects.toMatchObject({
			code: 'collaboration.order-not-applied',
		});
		const audited = await app.storage.db
			.selectFrom('audit')
			.select('action')
			.where('object', '=', id)
			.orderBy('seq')
			.execute();
		expect(audited.map(({ action }) => action.replace('orders.', ''))).toEqual(
			'create sample sample judge judge approve apply undo undone'.split(' '),
		);
	});

	it('what says something else by then is stale and not applied; what says the new value is unchanged', async () => {
		const { app } = await startTestServer();
		const { fonds, items, proposer, checker } = await aFonds(app, ['区府甲', '区府乙', '区府丙', '区府丁']);
		const { id } = await app.orders.create(by(proposer), replaceWords(fonds), '统一简称');
		const editor = await personOf(app, '甲');
		const edited = { id: editor.id, name: editor.name, via: null };
		await app.collaboration.setField(items[0] as EntryId, 'title', '另有题名', edited);
		await app.collaboration.setField(items[1] as EntryId, 'title', '区政府乙', edited);
		await aConflict(app, items[2] as EntryId, 'title', [
			{ by: editor, value: '一' },
			{ by: editor, value: '二' },
		]);
		const { states } = await app.orders.decide(by(checker), id, 'approve', '');
		expect(states).toEqual({ stale: 2, unchanged: 1, applied: 1 });
		expect((await fieldsOf(app, items[0] as EntryId))['title']).toBe('另有题名');
		expect((await app.catalogue.entry(system, items[2] as EntryId)).conflictCount).toBe(1);
	});

	it('rejected as a whole it changes nothing, and its proposer is told why', async () => {
		const { app } = await startTestServer();
		const { fonds, items, proposer, checker } = await aFonds(app, ['区府甲']);
		const { id, number } = await app.orders.create(by(proposer), replaceWords(fonds), '试');
		await expect(app.orders.decide(by(checker), id, 'reject', '')).rejects.toMatchObject({
			code: 'collaboration.order-without-reason',
		});
		expect(await app.orders.decide(by(checker), id, 'reject', '依据不足')).toMatchObject({
			state: 'rejected',
			states: { rejected: 1 },
		});
		expect((await fieldsOf(app, items[0] as EntryId))['title']).toBe('区府甲');
		expect(await app.comments.notices(proposer)).toMatchObject([
			{ kind: 'order-rejected', text: `${number} 依据不足` },
		]);
	});

	it('sets what came by import and nobody has opened, and clears again what was empty', async () => {
		const { app } = await startTestServer();
		const { proposer, checker } = await aFonds(app, []);
		const imported = await anImportedEntry(app, '区府全宗');
		const rule: OrderRule = {
			kind: 'rows',
			rows: [
				{ entry: imported, field: 'title', value: '区政府全宗' },
				{ entry: imported, field: 'creators', value: '区政府' },
			],
		};
		const { id } = await app.orders.create(by(proposer), rule, '试');
		await app.orders.decide(by(checker), id, 'approve', '');
		const entry = await app.catalogue.entry(system, imported);
		expect(entry).toMatchObject({ title: '区政府全宗', creatorsText: '区政府' });
		await app.orders.undo(by(checker), id, '');
		expect(await fieldsOf(app, imported)).toEqual({ title: '区府全宗' });
	});
});
