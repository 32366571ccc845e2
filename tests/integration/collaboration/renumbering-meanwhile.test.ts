import { describe, expect, it } from 'vitest';
import type { EntryId, PersonId } from '#domain/base/ids.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { aList, code, codesOf } from '#tests/support/code-list.ts';
import { anItem } from '#tests/support/codes.ts';
import { registerEntries, system } from '#tests/support/entries.ts';

const by = { person: system, via: null };
const other: Person = { ...system, id: 'system:other' as PersonId, name: 'other' };
const checker = { person: other, via: null };

describe('while a renumbering waits as an order', () => {
	it('its numbers are given to nobody else', async () => {
		const { app, fonds, items, found } = await aList(true);
		const { order } = await app.renumbering.carryOut(
			by,
			{ under: fonds, insertAt: 37, inserted: found },
			'补入两件',
		);
		const [first, second] = [await anItem(app, fonds, '次'), await anItem(app, fonds, '再次')];
		await registerEntries(app, [first]);
		expect(await codesOf(app, [first])).toEqual([code(41)]);
		const block = await app.codes.reserve(by, second, 1, '库房');
		expect(block.codes).toEqual([code(42)]);
		await app.orders.decide(checker, order?.id as string, 'approve', '属实');
		expect(await codesOf(app, [...items, ...found, first])).toEqual([35, 36, 39, 40, 37, 38, 41].map(code));
		expect((await app.codes.report(system, { limit: 10 })).duplicateCount).toBe(0);
	});

	it('rejected, it leaves its numbers free, and says what they were meant for', async () => {
		const { app, fonds, found } = await aList(true);
		const ask = { under: fonds, insertAt: 37, inserted: found };
		const { order } = await app.renumbering.carryOut(by, ask, '补入两件');
		const first = await anItem(app, fonds, '次');
		await registerEntries(app, [first]);
		await app.orders.decide(checker, order?.id as string, 'reject', '不必');
		const { gaps } = await app.codes.report(system, { limit: 10 });
		expect(gaps).toMatchObject([
			{ from: 1, to: 34, isExplained: false },
			{ from: 39, to: 40, isExplained: true, reasons: [{ kind: 'ordered', why: '补入两件' }] },
		]);
	});

	it('it is not carried out where it would give a code twice, and goes on when the code is free', async () => {
		const { app, fonds, items, found } = await aList(true);
		const ask = { under: fonds, insertAt: 37, inserted: found };
		const { order } = await app.renumbering.carryOut(by, ask, '补入两件');
		const id = order?.id as string;
		const held = await anItem(app, fonds, '占用', { referenceCode: code(40) });
		const decide = () => app.orders.decide(checker, id, 'approve', '属实');
		await expect(decide()).rejects.toMatchObject({
			code: 'catalogue.code-taken',
			params: { code: code(40), entry: held, title: '占用' },
		});
		expect(await codesOf(app, items)).toEqual([35, 36, 37, 38].map(code));
		await app.collaboration.setField(held, 'referenceCode', '', { ...system, via: null });
		// An entry left out of the order keeps its code, which the one before it would move onto.
		const { rows } = await app.orders.rows(other, id, {}, 0, 10);
		const last = rows.filter(({ entryId }) => entryId === items[3]).map(({ position }) => position);
		await app.orders.judgeRows(checker, id, last, 'rejected', '不动');
		await expect(decide()).rejects.toMatchObject({
			code: 'catalogue.code-taken',
			params: { code: code(38), entry: items[3] },
		});
		await app.orders.judgeRows(checker, id, last, 'approved', '');
		expect(await decide()).toMatchObject({ state: 'applied', isWhole: true });
		expect(await codesOf(app, [...items, ...found])).toEqual([35, 36, 39, 40, 37, 38].map(code));
		// Nor is it taken back onto a code that somebody else has by then.
		const late = await anItem(app, fonds, '后来', { referenceCode: code(37) });
		await app.collaboration.setField(found[0] as EntryId, 'referenceCode', '', { ...system, via: null });
		await expect(app.orders.undo(checker, id, '弄错了')).rejects.toMatchObject({
			code: 'catalogue.code-taken',
			params: { code: code(37), entry: late },
		});
	});

	it('stopped on its way, nobody else is registered with a code that it is still to give', async () => {
		const { app, fonds, items, found } = await aList(true);
		const ask = { under: fonds, insertAt: 37, inserted: found };
		const { order } = await app.renumbering.carryOut(by, ask, '补入两件');
		const id = order?.id as string;
		const stopped = { signal: AbortSignal.abort() };
		expect(await app.orders.decide(checker, id, 'approve', '', stopped)).toMatchObject({ isWhole: false });
		const late = await anItem(app, fonds, '后来', { referenceCode: code(40) });
		await expect(registerEntries(app, [late])).rejects.toMatchObject({
			code: 'catalogue.code-taken',
			params: { code: code(40), entry: items[3] },
		});
		await app.collaboration.setField(late, 'referenceCode', '', { ...system, via: null });
		await app.orders.decide(checker, id, 'approve', '');
		expect(await codesOf(app, [...items, ...found])).toEqual([35, 36, 39, 40, 37, 38].map(code));
	});

	it('an order typed by hand gives neither one code twice nor one that somebody has along offline', async () => {
		const { app, fonds, items } = await aList(true);
		const order = (values: readonly (readonly [number, string])[]) =>
			app.orders.create(
				by,
				{
					kind: 'rows',
					rows: values.map(([at, value]) => ({ entry: items[at] as EntryId, field: 'referenceCode', value })),
				},
				'改号',
			);
		const twice = await order([
			[0, code(50)],
			[1, 'B002-WS·2011-Y-BGS-050'],
		]);
		await expect(app.orders.decide(checker, twice.id, 'approve', '')).rejects.toMatchObject({
			code: 'catalogue.code-taken',
			params: { entry: items[0] },
		});
		await app.codes.reserve(checker, await anItem(app, fonds, '样'), 5, '库房');
		const kept = await order([[0, code(41)]]);
		await expect(app.orders.decide(checker, kept.id, 'approve', '')).rejects.toMatchObject({
			code: 'catalogue.renumber-kept',
			params: { from: 39, to: 43, name: 'other' },
		});
		// Trading places is no code given twice.
		const trade = await order([
			[0, code(36)],
			[1, code(35)],
		]);
		await app.orders.decide(checker, trade.id, 'approve', '');
		expect(await codesOf(app, items)).toEqual([36, 35, 37, 38].map(code));
	});
});
