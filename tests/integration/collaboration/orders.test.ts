import { describe, expect, it } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import type { OrderRule } from '#domain/collaboration/orders.ts';
import type { App } from '#server/app.ts';
import { aConflict, personOf } from '#tests/support/conflicts.ts';
import { aMadeEntry, anImportedEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { manyBelow } from '#tests/support/ordered-entries.ts';
import { aFonds, by, fieldsOf } from '#tests/support/orders.ts';
import { aFolder, startTestServer } from '#tests/support/server.ts';

const replace = (under: EntryId): OrderRule => ({
	kind: 'replace',
	under,
	field: 'title',
	words: '区府',
	by: '区政府',
});

describe('an order is made', () => {
	it('of a rule: previewed without writing, numbered by year, with old and new value of every row', async () => {
		const { app } = await startTestServer();
		const { fonds, proposer } = await aFonds(app, ['区府甲', '县府乙', '区府丙']);
		const preview = await app.orders.preview(by(proposer), replace(fonds));
		expect(preview).toMatchObject({ rows: 2, entries: 2, groupCount: 1 });
		expect(preview.groups).toEqual([{ group: 0, fieldId: 'title', from: '区府', to: '区政府', count: 2 }]);
		expect(preview.examples[0]).toMatchObject({ title: '区府甲', from: '区府甲', to: '区政府甲' });
		expect((await app.orders.list(proposer, {}, 0, 10)).total).toBe(0);
		const year = new Date().getFullYear();
		const made = await app.orders.create(by(proposer), replace(fonds), '统一简称');
		expect(made).toMatchObject({ number: `${year}-0001`, state: 'submitted', rows: 2, why: '统一简称' });
		const { rows } = await app.orders.rows(proposer, made.number, {}, 0, 10);
		expect(rows.map(({ position, from, to, state }) => [position, from, to, state])).toEqual([
			[0, '区府甲', '区政府甲', 'waiting'],
			[1, '区府丙', '区政府丙', 'waiting'],
		]);
		expect((await app.orders.create(by(proposer), replace(fonds), '再')).number).toBe(`${year}-0002`);
	});

	it('of a field below an entry, narrowed by words, level and years', async () => {
		const { app } = await startTestServer();
		const { fonds, items, proposer } = await aFonds(app, ['甲', '乙'], { documentDate: '19850803' });
		const late = await aMadeEntry(app, {
			title: '丙',
			parentId: fonds,
			fields: { documentDate: '2002', 'creators#1': { order: 'a0', text: '区府' } },
		});
		const set = (where?: object): OrderRule => ({
			kind: 'set',
			under: fonds,
			field: 'retentionPeriod',
			value: '永久',
			...(where ? { where } : {}),
		});
		const meant = async (rule: OrderRule) =>
			(await app.orders.preview(by(proposer), rule)).examples.map(({ entryId }) => entryId);
		expect(await meant(set({ level: 'item' }))).toEqual(expect.arrayContaining([...items, late]));
		expect(await meant(set({ toYear: 2001 }))).toEqual(items);
		expect(await meant(set({ field: 'creators', contains: '区' }))).toEqual([late]);
		expect(await meant(set({ field: 'title', equals: '甲', level: 'item' }))).toEqual([items[0]]);
		expect((await app.orders.preview(by(proposer), set({ level: 'item' }))).examples[0]?.to).toBe('Y');
	});

	it('of a list in a file; what is wrong in it is named by file, line and column, and nothing is done', async () => {
		const { app } = await startTestServer();
		const { items, proposer } = await aFonds(app, ['甲', '乙']);
		const read = (text: string) => app.orders.readFile('更正.csv', Buffer.from(text));
		const good = await read(
			`\ufeff档号,著录项,新值\r\nX001-0000,题名,"甲, 改"\r\n\r\n${items[1]},creators,区政府\r\n`,
		);
		const made = await app.orders.create(by(proposer), good, '核对原件');
		expect(made.rule).toEqual({ kind: 'rows', file: '更正.csv', count: 2 });
		expect((await app.orders.rows(proposer, made.id, {}, 0, 10)).rows.map(({ to }) => to)).toEqual([
			'甲, 改',
			{ order: 'a0', text: '区政府' },
		]);
		const wrong = [
			['X001-9999,title,甲', 'collaboration.order-row-entry', 'entry'],
			['X001-0000,nothing,甲', 'collaboration.order-row-field', 'field'],
			['X001-0000,note,甲', 'collaboration.order-row-field', 'field'],
			['X001-0000,status,deleted', 'collaboration.order-row-field', 'field'],
			['X001-0000,year,甲', 'collaboration.order-row-value', 'value'],
			['X001-0001,title,丙', 'collaboration.order-row-twice', 'field'],
		] as const;
		for (const [line, code, column] of wrong) {
			const rule = await read(`entry,field,value\nX001-0001,title,丁\n\n${line}\n`);
			await expect(app.orders.create(by(proposer), rule, '核对'), line).rejects.toMatchObject({
				code,
				params: { file: '更正.csv', line: 4, column },
			});
		}
		await expect(read('entry,field,value\nX001-0000,title\n')).rejects.toMatchObject({
			code: 'collaboration.order-row-short',
			params: { line: 2, column: 'value' },
		});
		await expect(read('entry,value\n')).rejects.toMatchObject({
			code: 'collaboration.order-columns',
			params: { file: '更正.csv', column: 'field' },
		});
		expect((await app.orders.list(proposer, {}, 0, 10)).total).toBe(1);
		const left = await app.storage.db.selectFrom('correction_order_row').select('position').execute();
		expect(left).toHaveLength(2);
	});

	it('not of nothing, without a reason, of two values beside each other, or by readers', async () => {
		const { app } = await startTestServer();
		const { fonds, items, proposer, checker } = await aFonds(app, ['区府甲', '区府乙']);
		await expect(app.orders.create(by(proposer), replace(fonds), ' ')).rejects.toMatchObject({
			code: 'collaboration.order-without-reason',
		});
		const nothing = { ...replace(fonds), words: '没有' } as OrderRule;
		await expect(app.orders.create(by(proposer), nothing, '试')).rejects.toMatchObject({
			code: 'collaboration.order-empty',
		});
		const editor = await personOf(app, '甲');
		await aConflict(app, items[0] as EntryId, 'title', [
			{ by: editor, value: '区府甲一' },
			{ by: editor, value: '区府甲二' },
		]);
		expect(await app.orders.preview(by(proposer), replace(fonds))).toMatchObject({
			rows: 1,
			leftOut: { conflict: 1 },
		});
		const reader = await personOf(app, '读者', 'reader');
		await expect(app.orders.preview(by(reader), replace(fonds))).rejects.toMatchObject({ status: 403 });
		await expect(app.orders.list(reader, {}, 0, 10)).rejects.toMatchObject({ status: 403 });
		const readOnly = { ...checker, scopes: ['read'] };
		await expect(app.orders.create(by(readOnly), replace(fonds), '试')).rejects.toMatchObject({
			status: 403,
		});
	});

	it('as a draft only its proposer knows of, until it is submitted; withdrawn it is over', async () => {
		const { app } = await startTestServer();
		const { fonds, proposer, checker } = await aFonds(app, ['区府甲']);
		const { id } = await app.orders.create(by(proposer), replace(fonds), '试', { isDraft: true });
		await expect(app.orders.show(checker, id)).rejects.toMatchObject({ code: 'collaboration.unknown-order' });
		expect((await app.orders.list(checker, {}, 0, 10)).total).toBe(0);
		await app.orders.submit(by(proposer), id);
		expect((await app.orders.list(checker, { show: 'waiting' }, 0, 10)).total).toBe(1);
		expect((await app.orders.list(proposer, { show: 'waiting' }, 0, 10)).total).toBe(0);
		expect((await app.orders.list(proposer, { show: 'mine' }, 0, 10)).total).toBe(1);
		await expect(app.orders.withdraw(by(checker), id)).rejects.toMatchObject({
			code: 'collaboration.others-order',
		});
		await app.orders.withdraw(by(proposer), id);
		await expect(app.orders.decide(by(checker), id, 'approve', '')).rejects.toMatchObject({
			code: 'collaboration.order-closed',
		});
	});
});

describe('an order is checked by somebody else', () => {
	it('never by its proposer, by token neither, nor by who may not decide', async () => {
		const { app } = await startTestServer();
		const { fonds, items, proposer, checker } = await aFonds(app, ['区府甲']);
		const { id } = await app.orders.create(by(proposer), replace(fonds), '试');
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
		const { id, number } = await app.orders.create(by(proposer), replace(fonds), '统一简称');
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
		const { id } = await app.orders.create(by(proposer), replace(fonds), '统一简称');
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
		const { id, number } = await app.orders.create(by(proposer), replace(fonds), '试');
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

describe('an order that is stopped on the way', () => {
	/** Of so many imported entries that it takes several batches. */
	async function aLongOrder(app: App, count: number) {
		const fonds = await manyBelow(app, count, '区府');
		const [proposer, checker] = [await personOf(app, '著录员', 'reviewer'), await personOf(app, '审核员')];
		const rule = { ...replace(fonds), field: 'creators' } as OrderRule;
		const { id } = await app.orders.create(by(proposer), rule, '统一简称');
		const { rows } = await app.orders.rows(checker, id, {}, 0, count);
		const creatorOf = async (position: number): Promise<string> =>
			(await app.catalogue.entry(system, rows[position]?.entryId as EntryId)).creatorsText;
		return { id, rows, proposer, checker, creatorOf };
	}

	const settingsBy = async (app: App, via: string): Promise<number> => {
		const { count } = await app.storage.db
			.selectFrom('entry_change')
			.select((select) => select.fn.countAll<number>().as('count'))
			.where('via', '=', via)
			.executeTakeFirstOrThrow();
		return count;
	};

	it('goes on where it stopped, and does nothing twice', async () => {
		const { app } = await startTestServer();
		const { id, rows, proposer, checker, creatorOf } = await aLongOrder(app, 450);
		const given = new AbortController();
		const stopped = await app.orders.decide(by(checker), id, 'approve', '第一次', {
			signal: given.signal,
			onProgress: () => given.abort(),
		});
		expect(stopped).toMatchObject({ state: 'submitted', isWhole: false });
		expect(stopped.states.applied).toBeGreaterThan(0);
		expect(stopped.states.waiting).toBeGreaterThan(0);
		expect(await app.orders.show(proposer, id)).toMatchObject({ isUnderWay: true, can: { withdraw: false } });
		await expect(app.orders.decide(by(checker), id, 'reject', '不')).rejects.toMatchObject({
			code: 'collaboration.order-closed',
		});
		// As after a crash before the states of rows were written: the log knows.
		await app.storage.db.updateTable('correction_order_row').set({ state: 'waiting' }).execute();
		await app.collaboration.setField(
			rows[0]?.entryId as EntryId,
			'creators#1',
			{ order: 'a0', text: '后来改的' },
			{ id: checker.id, name: checker.name, via: null },
		);
		const whole = await app.orders.decide(by(checker), id, 'approve', '第二次');
		expect(whole).toMatchObject({ state: 'applied', states: { applied: 450 } });
		expect((await app.orders.show(proposer, id)).decision?.why).toBe('第一次');
		expect(await creatorOf(0)).toBe('后来改的');
		expect(await settingsBy(app, `order:${id}`)).toBe(450);

		const stop = new AbortController();
		await app.orders.undo(by(checker), id, '', { signal: stop.signal, onProgress: () => stop.abort() });
		expect(await app.orders.show(checker, id)).toMatchObject({ state: 'applied', isUnderWay: true });
		await app.storage.db
			.updateTable('correction_order_row')
			.set({ state: 'applied' })
			.where('state', '=', 'undone')
			.execute();
		expect(await app.orders.undo(by(checker), id, '')).toMatchObject({ states: { undone: 449, applied: 1 } });
		expect(await creatorOf(449)).toBe('区府');
		expect(await settingsBy(app, `undo-order:${id}`)).toBe(449);
	});

	it('because the server ended goes on after its start', async () => {
		const dataDir = await aFolder();
		const first = await startTestServer({ dataDir });
		const { id, checker } = await aLongOrder(first.app, 1200);
		let stopped: Promise<void> | undefined;
		await first.app.orders
			.decide(by(checker), id, 'approve', '', { onProgress: () => void (stopped ??= first.stop()) })
			.catch(() => undefined);
		await stopped;
		const { app } = await startTestServer({ dataDir });
		const done = await settingsBy(app, `order:${id}`);
		expect(done).toBeGreaterThan(0);
		expect(done).toBeLessThan(1200);
		expect((await app.orders.show(checker, id)).isUnderWay).toBe(true);
		await app.orders.decide(by(checker), id, 'approve', '');
		expect(await settingsBy(app, `order:${id}`)).toBe(1200);
		expect((await app.orders.show(checker, id)).states).toEqual({ applied: 1200 });
	});

	it('is not begun by two at once', async () => {
		const { app } = await startTestServer();
		const { fonds, proposer, checker } = await aFonds(app, ['区府甲', '区府乙']);
		const { id } = await app.orders.create(by(proposer), replace(fonds), '试');
		const both = await Promise.allSettled([
			app.orders.decide(by(checker), id, 'approve', ''),
			app.orders.decide(by(system), id, 'approve', ''),
		]);
		expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
		expect((await app.orders.show(checker, id)).states).toEqual({ applied: 2 });
	});
});

it('people limited to some fonds neither see orders about others, nor their counts, nor decide for them', async () => {
	const { app } = await startTestServer();
	const { fonds, items, proposer, checker } = await aFonds(app, ['区府甲', '区府乙']);
	const other = await aMadeEntry(app, { title: '区府二', level: 'fonds' });
	const rows = (ids: readonly EntryId[]): OrderRule => ({
		kind: 'rows',
		rows: ids.map((entry) => ({ entry, field: 'title', value: '改' })),
	});
	const foreign = await app.orders.create(by(proposer), rows([other]), '别处的事');
	const both = await app.orders.create(by(proposer), rows([...items, other]), '两处的事');
	const limited = { ...checker, fonds: [fonds] };
	await expect(app.orders.show(limited, foreign.id)).rejects.toMatchObject({
		code: 'collaboration.unknown-order',
		status: 404,
	});
	await expect(app.orders.decide(by(limited), foreign.id, 'approve', '')).rejects.toMatchObject({
		status: 404,
	});
	const { total, orders } = await app.orders.list(limited, {}, 0, 10);
	expect(total).toBe(1);
	expect(orders[0]).toMatchObject({ id: both.id, rows: 2, isPartial: true, why: '', rule: null });
	expect((await app.orders.list(limited, { show: 'waiting' }, 0, 10)).total).toBe(0);
	const sample = await app.orders.sample(by(checker), both.id, 3);
	expect(sample.size).toBe(3);
	const shown = await app.orders.show(limited, both.id);
	expect(shown).toMatchObject({ states: { waiting: 2 }, can: { decide: false, judge: false } });
	expect(shown.samples[0]?.size).toBe(2);
	expect((await app.orders.rows(limited, both.id, {}, 0, 10)).total).toBe(2);
	await expect(app.orders.decide(by(limited), both.id, 'approve', '')).rejects.toMatchObject({ status: 403 });
	const wide = { ...checker, fonds: [fonds, other] };
	expect(await app.orders.show(wide, both.id)).toMatchObject({ isPartial: false, why: '两处的事' });
	expect((await app.orders.decide(by(wide), both.id, 'approve', '')).states).toEqual({ applied: 3 });
	expect((await app.orders.show(limited, both.id)).decision).toMatchObject({ why: '', samples: [] });
	await expect(app.orders.preview(by(limited), rows([other]))).rejects.toMatchObject({
		code: 'collaboration.order-row-entry',
	});
	await expect(app.orders.preview(by(limited), replace(other))).rejects.toMatchObject({ status: 404 });
});
