import { describe, expect, it } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import type { OrderRule } from '#domain/collaboration/orders.ts';
import type { App } from '#server/app.ts';
import { personOf } from '#tests/support/conflicts.ts';
import { system } from '#tests/support/entries.ts';
import { manyBelow } from '#tests/support/ordered-entries.ts';
import { aFonds, by, replaceWords } from '#tests/support/orders.ts';
import { aFolder, startTestServer } from '#tests/support/server.ts';

describe('an order that is stopped on the way', () => {
	/** Of so many imported entries that it takes several batches. */
	async function aLongOrder(app: App, count: number) {
		const fonds = await manyBelow(app, count, '区府');
		const [proposer, checker] = [await personOf(app, '著录员', 'reviewer'), await personOf(app, '审核员')];
		const rule = { ...replaceWords(fonds), field: 'creators' } as OrderRule;
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
		const { id } = await app.orders.create(by(proposer), replaceWords(fonds), '试');
		const both = await Promise.allSettled([
			app.orders.decide(by(checker), id, 'approve', ''),
			app.orders.decide(by(system), id, 'approve', ''),
		]);
		expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
		expect((await app.orders.show(checker, id)).states).toEqual({ applied: 2 });
	});
});
