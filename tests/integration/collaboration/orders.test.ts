import { describe, expect, it } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import type { OrderRule } from '#domain/collaboration/orders.ts';
import { aConflict, personOf } from '#tests/support/conflicts.ts';
import { aMadeEntry } from '#tests/support/entries.ts';
import { aFonds, by, replaceWords } from '#tests/support/orders.ts';
import { startTestServer } from '#tests/support/server.ts';

describe('an order is made', () => {
	it('of a rule: previewed without writing, numbered by year, with old and new value of every row', async () => {
		const { app } = await startTestServer();
		const { fonds, proposer } = await aFonds(app, ['区府甲', '县府乙', '区府丙']);
		const preview = await app.orders.preview(by(proposer), replaceWords(fonds));
		expect(preview).toMatchObject({ rows: 2, entries: 2, groupCount: 1 });
		expect(preview.groups).toEqual([{ group: 0, fieldId: 'title', from: '区府', to: '区政府', count: 2 }]);
		expect(preview.examples[0]).toMatchObject({ title: '区府甲', from: '区府甲', to: '区政府甲' });
		expect((await app.orders.list(proposer, {}, 0, 10)).total).toBe(0);
		const made = await app.orders.create(by(proposer), replaceWords(fonds), '统一简称');
		expect(made).toMatchObject({
			number: expect.stringMatching(/^20\d\d-0001$/) as string,
			state: 'submitted',
			rows: 2,
			why: '统一简称',
		});
		const { rows } = await app.orders.rows(proposer, made.number, {}, 0, 10);
		expect(rows.map(({ position, from, to, state }) => [position, from, to, state])).toEqual([
			[0, '区府甲', '区政府甲', 'waiting'],
			[1, '区府丙', '区政府丙', 'waiting'],
		]);
		expect((await app.orders.create(by(proposer), replaceWords(fonds), '再')).number).toMatch(
			/^20\d\d-0002$/,
		);
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
		await expect(app.orders.create(by(proposer), replaceWords(fonds), ' ')).rejects.toMatchObject({
			code: 'collaboration.order-without-reason',
		});
		const nothing = { ...replaceWords(fonds), words: '没有' } as OrderRule;
		await expect(app.orders.create(by(proposer), nothing, '试')).rejects.toMatchObject({
			code: 'collaboration.order-empty',
		});
		const editor = await personOf(app, '甲');
		await aConflict(app, items[0] as EntryId, 'title', [
			{ by: editor, value: '区府甲一' },
			{ by: editor, value: '区府甲二' },
		]);
		expect(await app.orders.preview(by(proposer), replaceWords(fonds))).toMatchObject({
			rows: 1,
			leftOut: { conflict: 1 },
		});
		const reader = await personOf(app, '读者', 'reader');
		await expect(app.orders.preview(by(reader), replaceWords(fonds))).rejects.toMatchObject({ status: 403 });
		await expect(app.orders.list(reader, {}, 0, 10)).rejects.toMatchObject({ status: 403 });
		const readOnly = { ...checker, scopes: ['read'] };
		await expect(app.orders.create(by(readOnly), replaceWords(fonds), '试')).rejects.toMatchObject({
			status: 403,
		});
	});

	it('as a draft only its proposer knows of, until it is submitted; withdrawn it is over', async () => {
		const { app } = await startTestServer();
		const { fonds, proposer, checker } = await aFonds(app, ['区府甲']);
		const { id } = await app.orders.create(by(proposer), replaceWords(fonds), '试', { isDraft: true });
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
	await expect(app.orders.preview(by(limited), replaceWords(other))).rejects.toMatchObject({ status: 404 });
});
