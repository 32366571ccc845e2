import { describe, expect, it } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { aList, code } from '#tests/support/code-list.ts';
import { anItem } from '#tests/support/codes.ts';
import { personOf } from '#tests/support/conflicts.ts';
import { system } from '#tests/support/entries.ts';
import { startTestServer } from '#tests/support/server.ts';

const by = { person: system, via: null };
const actor = { id: system.id, name: 'test', via: null };
const all = { offset: 0, limit: 50 };

describe('renumberings', () => {
	it('are listed newest first with who, when and how many, and each leads to what was changed and is to be redone', async () => {
		const { app, fonds, items, found } = await aList(false);
		expect(await app.renumbering.list(system, all)).toEqual({ total: 0, offset: 0, renumberings: [] });
		const first = await app.renumbering.carryOut(by, { under: fonds, insertAt: 37 }, '留一号');
		const ask = { under: fonds, insertAt: 36, inserted: found };
		const second = await app.renumbering.carryOut(by, ask, '补入两件');
		const { total, renumberings } = await app.renumbering.list(system, all);
		expect(total).toBe(2);
		expect(renumberings).toMatchObject([
			{ id: second.batchId, why: '补入两件', state: 'done', count: 5, changed: 5, standing: 5, order: null },
			{ id: first.batchId, why: '留一号', state: 'done', count: 2, changed: 2, standing: 0 },
		]);
		expect(renumberings[0]).toMatchObject({ groupKey: first.groupKey, actorName: system.name });
		expect((await app.renumbering.list(system, { offset: 1, limit: 1 })).renumberings).toHaveLength(1);

		const shown = await app.renumbering.show(system, second.batchId as string);
		expect(shown.lines.map(({ id, oldCode, newCode }) => [id, oldCode, newCode]).toSorted()).toEqual(
			second.lines.map(({ id, oldCode, newCode }) => [id, oldCode, newCode]).toSorted(),
		);
		expect(shown.redo).toEqual(second.redo);
		expect(shown.canUndo).toBe(true);
		// What other codes took the place of says so, and is not to be stamped any more.
		const early = await app.renumbering.show(system, first.batchId as string);
		expect(early.lines.map(({ newCode, now }) => [newCode, now])).toEqual([
			[code(39), code(41)],
			[code(38), code(40)],
		]);
		expect([early.redo, early.canUndo]).toEqual([[], false]);
		expect(items).toHaveLength(4);
	});

	it('say that they were taken back, and what could not be', async () => {
		const { app, fonds, items } = await aList(false);
		const { batchId } = await app.renumbering.carryOut(by, { under: fonds, insertAt: 37 }, '留一号');
		await app.collaboration.setField(items[3] as EntryId, 'referenceCode', code(50), actor);
		await app.renumbering.undo(by, batchId as string);
		const back = { id: batchId, state: 'taken-back', count: 2, changed: 2, undone: 1, standing: 0 };
		expect((await app.renumbering.list(system, all)).renumberings).toMatchObject([back]);
		// Those of earlier versions do not say that they began.
		await app.storage.db.deleteFrom('code_event').where('kind', '=', 'renumbering').execute();
		expect((await app.renumbering.list(system, all)).renumberings).toMatchObject([back]);
		expect(await app.renumbering.show(system, batchId as string)).toMatchObject({ canUndo: false, redo: [] });
	});

	it('that nothing came of are not said to be done', async () => {
		const { app, fonds, items } = await aList(false);
		const { batchId } = await app.renumbering.carryOut(by, { under: fonds, insertAt: 37 }, '留一号');
		await app.storage.db.deleteFrom('entry_change').where('via', '=', `renumber:${batchId}`).execute();
		for (const [at, number] of [
			[2, 37],
			[3, 38],
		] as const)
			await app.collaboration.setField(items[at] as EntryId, 'referenceCode', code(number), actor);
		expect((await app.renumbering.list(system, all)).renumberings).toMatchObject([
			{ state: 'not-done', count: 2, changed: 0, standing: 0 },
		]);
	});

	it('that a stop left half done are found, gone on with at the next start, and can be taken back from there', async () => {
		const { app, fonds, items, server } = await aList(false);
		const { batchId } = await app.renumbering.carryOut(by, { under: fonds, insertAt: 37 }, '留一号');
		const ended = app.storage.db.deleteFrom('code_event').where('block_id', '=', batchId);
		await ended.where('kind', '=', 'renumbered').execute();
		await app.collaboration.setField(items[2] as EntryId, 'referenceCode', code(37), actor);
		await app.collaboration.setField(items[2] as EntryId, 'itemNumber', '0037', actor);
		expect((await app.renumbering.list(system, all)).renumberings).toMatchObject([
			{ id: batchId, state: 'stopped', count: 2, standing: 1 },
		]);
		expect((await app.renumbering.show(system, batchId as string)).canUndo).toBe(true);
		await server.stop();
		const again = await startTestServer({ dataDir: server.dataDir });
		const [listed] = (await again.app.renumbering.list(system, all)).renumberings;
		expect(listed).toMatchObject({ id: batchId, state: 'done', count: 2, changed: 2, standing: 2 });
		const { canUndo, redo } = await again.app.renumbering.show(system, batchId as string);
		expect([canUndo, redo.length]).toEqual([true, 3]);
		await again.app.renumbering.undo(by, batchId as string);
		expect((await again.app.renumbering.list(system, all)).renumberings).toMatchObject([
			{ state: 'taken-back', undone: 2 },
		]);
	});

	it('that wait as an order say which, and what is to be redone', async () => {
		const { app, fonds, items } = await aList(true);
		const made = await app.renumbering.carryOut(by, { under: fonds, insertAt: 37 }, '留一号');
		const waiting = { id: made.order?.id, state: 'waiting', count: 2, order: made.order };
		expect((await app.renumbering.list(system, all)).renumberings).toMatchObject([waiting]);
		const shown = await app.renumbering.show(system, made.order?.id as string);
		expect(shown.lines.map(({ id, newCode }) => [id, newCode]).toSorted()).toEqual(
			made.lines.map(({ id, newCode }) => [id, newCode]).toSorted(),
		);
		expect([shown.redo, shown.canUndo]).toEqual([made.redo, false]);
		const checker = { person: await personOf(app, '核对乙', 'administrator'), via: null };
		await app.orders.decide(checker, made.order?.id as string, 'approve', '');
		expect((await app.renumbering.list(system, all)).renumberings).toMatchObject([
			{ ...waiting, state: 'done', changed: 2, standing: 2 },
		]);
		const [, , third] = items;
		expect((await app.renumbering.show(system, made.order?.id as string)).lines).toContainEqual(
			expect.objectContaining({ id: third, oldCode: code(37), newCode: code(38), now: code(38) }),
		);
		await app.orders.undo(checker, made.order?.id as string, '不补了');
		expect((await app.renumbering.list(system, all)).renumberings).toMatchObject([{ state: 'taken-back' }]);
	});

	it('are told nobody who may not see their entries', async () => {
		const { app, fonds } = await aList(false);
		const { batchId } = await app.renumbering.carryOut(by, { under: fonds, insertAt: 37 }, '留一号');
		const reader = await personOf(app, '读者', 'reader');
		await expect(app.renumbering.list(reader, all)).rejects.toMatchObject({ code: 'permissions.denied' });
		await expect(app.renumbering.show(reader, batchId as string)).rejects.toMatchObject({
			code: 'permissions.denied',
		});
		const other: Person = { ...(await personOf(app, '别处', 'archivist')), fonds: [] };
		expect(await app.renumbering.list(other, all)).toMatchObject({ total: 0, renumberings: [] });
		const unknown = { code: 'catalogue.unknown-renumbering', status: 404 };
		await expect(app.renumbering.show(other, batchId as string)).rejects.toMatchObject(unknown);
		await expect(app.renumbering.show(system, 'none')).rejects.toMatchObject(unknown);
		const reviewer = await personOf(app, '审核', 'reviewer');
		expect(await app.renumbering.show(reviewer, batchId as string)).toMatchObject({ canUndo: false });
		expect(await anItem(app, fonds, '别的')).toBeTruthy();
	});
});
