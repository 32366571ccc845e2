import { describe, expect, it } from 'vitest';
import type { EntryId, PersonId } from '#domain/base/ids.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { runVerb } from '#server/cli/verbs.ts';
import { rebuildArchive } from '#server/administration/rebuild/rebuild.ts';
import { systemClock } from '#domain/base/clock.ts';
import { aList, code, codesOf } from '#tests/support/code-list.ts';
import { anItem } from '#tests/support/codes.ts';
import { registerEntries, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { aFolder, startTestServer } from '#tests/support/server.ts';
import { archiveIn } from '#tests/support/rebuilt.ts';

const by = { person: system, via: null };
const other: Person = { ...system, id: 'system:other' as PersonId, name: 'other' };
describe('inserting between two numbers', () => {
	it('moves drafts up at once, keeps old codes as former ones, and can be taken back as one', async () => {
		const { app, fonds, items, found } = await aList(false);
		const ask = { under: fonds, insertAt: 37, inserted: found };
		const preview = await app.renumbering.preview(by, ask);
		expect(preview).toMatchObject({ way: 'edits', registered: 0, sharedOldCodes: [] });
		expect(preview.redo.map(({ kind, newCode, boxNumber }) => [kind, newCode, boxNumber])).toEqual([
			['stamp', code(37), '001'],
			['stamp', code(38), ''],
			['stamp', code(39), '002'],
			['stamp', code(40), '002'],
			['box', `${code(35)} – ${code(37)}`, '001'],
			['box', `${code(39)} – ${code(40)}`, '002'],
		]);
		// Nothing was written.
		expect(await codesOf(app, items)).toEqual([35, 36, 37, 38].map(code));
		const done = await app.renumbering.carryOut(by, ask, '补入两件');
		expect([done.stale, done.order]).toEqual([[], null]);
		expect(await codesOf(app, [...items, ...found])).toEqual([35, 36, 39, 40, 37, 38].map(code));
		expect((await app.catalogue.entry(system, found[1] as EntryId)).fields['itemNumber']).toBe('0038');
		expect((await app.codes.report(system, { limit: 10 })).duplicateCount).toBe(0);
		// 0038 is the second new one's, and was the last one's.
		expect((await app.codes.resolve(system, code(38))).map(({ id, how }) => [id, how])).toEqual([
			[found[1], 'current'],
			[items[3], 'former'],
		]);
		// The card says it, and a search for the beginning of the old code finds it.
		const formerOf = async (id: EntryId) => (await app.catalogue.entry(system, id)).formerCodes;
		expect(await formerOf(items[2] as EntryId)).toMatchObject([
			{ code: code(37), actorName: 'test', why: '补入两件' },
		]);
		expect(await formerOf(items[0] as EntryId)).toBeUndefined();
		const foundFor = async (text: string) =>
			(await app.catalogue.search(system, text, 0, 10)).rows.map(({ id }) => id).toSorted();
		expect(await foundFor(code(37))).toEqual([found[0], items[2]].toSorted());
		expect(await foundFor(code(37).toLowerCase())).toEqual([found[0], items[2]].toSorted());
		expect(await app.renumbering.undo(by, done.batchId as string)).toEqual({ undone: 4, stale: [] });
		// It has its code again: that is no former one.
		expect(await formerOf(items[2] as EntryId)).toBeUndefined();
		expect(await codesOf(app, [...items, ...found])).toEqual([...[35, 36, 37, 38].map(code), '', '']);
	});

	it('does what the preview said that somebody agreed to, or nothing', async () => {
		const { app, fonds, items } = await aList(false);
		const ask = { under: fonds, insertAt: 37 };
		const { digest } = await app.renumbering.preview(by, ask);
		await anItem(app, fonds, '其间新著录', { referenceCode: code(39), itemNumber: '0039' });
		await expect(app.renumbering.carryOut(by, { ...ask, seen: digest }, '补入')).rejects.toMatchObject({
			code: 'catalogue.renumber-changed',
		});
		expect(await codesOf(app, items)).toEqual([35, 36, 37, 38].map(code));
		const { digest: seen } = await app.renumbering.preview(by, ask);
		expect((await app.renumbering.carryOut(by, { ...ask, seen }, '补入')).lines).toHaveLength(3);
	});

	it('goes by a correction order where registered entries move: nothing changes before somebody else approves', async () => {
		const { app, fonds, items, found, server } = await aList(true);
		const ask = { under: fonds, insertAt: 37, inserted: found };
		const waits = await app.renumbering.carryOut(by, ask, '补入两件');
		expect(waits).toMatchObject({ way: 'order', registered: 2, batchId: null });
		expect(await codesOf(app, items)).toEqual([35, 36, 37, 38].map(code));
		const order = waits.order?.id as string;
		await app.orders.decide({ person: other, via: null }, order, 'approve', '属实');
		expect(await codesOf(app, [...items, ...found])).toEqual([35, 36, 39, 40, 37, 38].map(code));
		const former = (await app.codes.resolve(system, code(37))).filter(({ how }) => how === 'former');
		expect(former.map(({ id }) => id)).toEqual([items[2]]);
		const shown = await app.catalogue.entry(system, items[2] as EntryId);
		expect(shown.formerCodes).toMatchObject([{ code: code(37), actorName: 'other', why: '补入两件' }]);
		const report = await app.codes.report(system, { limit: 10 });
		expect([report.duplicateCount, report.gaps.map(({ from, to }) => [from, to])]).toEqual([0, [[1, 34]]]);
		// Numbers that follow are given above all of them.
		const next = await anItem(app, fonds, '次');
		await registerEntries(app, [next]);
		expect(await codesOf(app, [next])).toEqual([code(41)]);
		await app.orders.undo({ person: other, via: null }, order, '弄错了');
		expect(await codesOf(app, [...items, ...found])).toEqual([...[35, 36, 37, 38].map(code), '', '']);

		// Allotments and former codes come back from the store.
		await eventually(async () => {
			await app.preservation.flush('demand');
			expect(app.preservation.status().waiting).toBe(0);
		});
		await server.stop();
		const into = await aFolder();
		const { notDeposited } = await rebuildArchive(
			{ into, from: `${server.dataDir}/archive`, compare: `${server.dataDir}/lantai.sqlite` },
			{ id: 'test', name: 'test', via: 'cli' },
			systemClock,
			{ signal: new AbortController().signal, progress: () => undefined },
		);
		expect(notDeposited?.differences).toEqual([]);
		const [before, after] = [archiveIn(server.dataDir), archiveIn(into)];
		expect(before['code_event']?.length).toBeGreaterThan(5);
		expect(after['code_event']).toEqual(before['code_event']);
		const again = await startTestServer({ dataDir: into });
		expect((await again.app.codes.report(system, { limit: 10 })).fonds).toMatchObject([{ entries: 5 }]);
		const late = await anItem(again.app, fonds, '后');
		await registerEntries(again.app, [late]);
		expect(await codesOf(again.app, [late])).toEqual([code(42)]);
	});

	it('goes past numbers that somebody has along offline, and says so', async () => {
		const { app, fonds, items, found } = await aList(false);
		const elsewhere = { person: other, via: null };
		const block = await app.codes.reserve(elsewhere, items[0] as EntryId, 5, '库房');
		expect(block.codes).toEqual([39, 40, 41, 42, 43].map(code));
		// One is back already, the others may come any time.
		const arrived = await anItem(app, fonds, '离线', { referenceCode: code(39), itemNumber: '0039' });
		const ask = { under: fonds, insertAt: 37, inserted: found };
		const preview = await app.renumbering.preview(by, ask);
		expect(preview.kept).toMatchObject([
			{ id: block.id, from: 39, to: 43, personName: 'other', why: '库房' },
		]);
		const done = await app.renumbering.carryOut(by, ask, '补入两件');
		expect(await codesOf(app, [...items, ...found, arrived])).toEqual([35, 36, 44, 45, 37, 38, 39].map(code));
		expect((await app.codes.report(system, { limit: 10 })).duplicateCount).toBe(0);
		// Numbers kept for others are nobody's to give.
		const kept = { code: 'catalogue.renumber-kept', params: { from: 39, to: 43, name: 'other' } };
		await expect(app.renumbering.preview(by, { under: fonds, insertAt: 40 })).rejects.toMatchObject(kept);
		await expect(app.renumbering.preview(by, { under: fonds, from: 1 })).rejects.toMatchObject(kept);
		await expect(app.renumbering.preview(by, { under: fonds, from: 40 })).rejects.toMatchObject(kept);
		expect(await app.renumbering.undo(by, done.batchId as string)).toEqual({ undone: 4, stale: [] });
		expect(await app.codes.giveBack(elsewhere, block.id, '')).toEqual({ unused: 4 });
		await app.renumbering.carryOut(by, ask, '补入两件');
		expect(await codesOf(app, [...items, ...found, arrived])).toEqual([35, 36, 39, 40, 37, 38, 41].map(code));
	});

	it('is planned and done on the command line, and says why it cannot be', async () => {
		const { app, fonds, items } = await aList(false);
		const run = (args: object): Promise<unknown> =>
			runVerb(
				app,
				{
					verb: 'renumber',
					args: { isPlan: false, why: '', ...args },
					as: undefined,
					user: 'test',
					language: 'zh-CN',
				},
				{ signal: new AbortController().signal, progress: () => undefined },
			);
		const plan = (await run({ under: fonds, from: 1, isPlan: true })) as { lines: { newCode: string }[] };
		expect(plan.lines.map(({ newCode }) => newCode)).toEqual([1, 2, 3, 4].map(code));
		await expect(run({ under: fonds, from: 1 })).rejects.toMatchObject({
			code: 'catalogue.code-without-reason',
		});
		await expect(run({ under: fonds, insertAt: 99, isPlan: true })).rejects.toMatchObject({
			code: 'catalogue.renumber-insert-at',
		});
		await expect(run({ under: items[0], from: 1, isPlan: true })).rejects.toMatchObject({
			code: 'catalogue.renumber-empty',
		});
		await run({ under: fonds, from: 1, why: '从头编起' });
		expect(await codesOf(app, items)).toEqual([1, 2, 3, 4].map(code));
	});
});
