import { describe, expect, it } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import type { App } from '#server/app.ts';
import { aList, code, codesOf } from '#tests/support/code-list.ts';
import { anItem } from '#tests/support/codes.ts';
import { registerEntries, system } from '#tests/support/entries.ts';
import { startTestServer } from '#tests/support/server.ts';

const by = { person: system, via: null };
const actor = { id: system.id, name: 'test', via: null };
const numberOf = async (app: App, id: EntryId): Promise<unknown> =>
	(await app.catalogue.entry(system, id)).fields['itemNumber'];

describe('a renumbering that was done at once', () => {
	it('is not taken back onto a code that somebody else has by then', async () => {
		const { app, fonds, items } = await aList(false);
		const { batchId } = await app.renumbering.carryOut(by, { under: fonds, insertAt: 37 }, '留一号');
		expect(await codesOf(app, items)).toEqual([35, 36, 38, 39].map(code));
		const late = await anItem(app, fonds, '后来', { referenceCode: code(37) });
		const undo = () => app.renumbering.undo(by, batchId as string);
		await expect(undo()).rejects.toMatchObject({
			code: 'catalogue.code-taken',
			params: { code: code(37), entry: late },
		});
		expect(await codesOf(app, items)).toEqual([35, 36, 38, 39].map(code));
		await app.collaboration.setField(late, 'referenceCode', '', actor);
		expect(await undo()).toEqual({ undone: 2, stale: [] });
		expect(await codesOf(app, items)).toEqual([35, 36, 37, 38].map(code));
	});

	it('gives back the number that stood before, and leaves one that was corrected since', async () => {
		const { app, fonds, items, found } = await aList(false);
		const [first, second] = found as [EntryId, EntryId];
		await app.collaboration.setField(first, 'itemNumber', '补1', actor);
		await app.collaboration.setField(items[2] as EntryId, 'itemNumber', '', actor);
		const ask = { under: fonds, insertAt: 37, inserted: found };
		const { batchId } = await app.renumbering.carryOut(by, ask, '补入两件');
		await app.collaboration.setField(items[3] as EntryId, 'itemNumber', '0040之一', actor);
		await app.renumbering.undo(by, batchId as string);
		expect(await codesOf(app, [...items, ...found])).toEqual([...[35, 36, 37, 38].map(code), '', '']);
		expect(await numberOf(app, first)).toBe('补1');
		expect(await numberOf(app, second)).toBeUndefined();
		expect(await numberOf(app, items[2] as EntryId)).toBeUndefined();
		expect(await numberOf(app, items[3] as EntryId)).toBe('0040之一');
	});
});

describe('a renumbering that was killed in the middle', () => {
	/** As a kill leaves it: two of four are done, and nobody was told. */
	async function halfDone() {
		const list = await aList(false);
		const { app, fonds, items, found, server } = list;
		const ask = { under: fonds, insertAt: 37, inserted: found };
		const { batchId } = await app.renumbering.carryOut(by, ask, '补入两件');
		await app.storage.db
			.deleteFrom('code_event')
			.where('block_id', '=', batchId)
			.where('kind', '=', 'renumbered')
			.execute();
		for (const [id, number] of [
			[found[0], 0],
			[items[2], 37],
		] as const) {
			await app.collaboration.setField(id as EntryId, 'referenceCode', number ? code(number) : '', actor);
			await app.collaboration.setField(id as EntryId, 'itemNumber', number ? '0037' : '', actor);
		}
		expect(await codesOf(app, [...items, ...found])).toEqual([35, 36, 37, 40].map(code).concat('', code(38)));
		return { ...list, ids: [...items, ...found], batchId: batchId as string, dataDir: server.dataDir };
	}

	it('is done at the next start, and can be taken back as one', async () => {
		const { ids, batchId, server, dataDir } = await halfDone();
		await server.stop();
		const { app } = await startTestServer({ dataDir });
		expect(await codesOf(app, ids)).toEqual([35, 36, 39, 40, 37, 38].map(code));
		expect(await numberOf(app, ids[2] as EntryId)).toBe('0039');
		expect(await app.renumbering.undo(by, batchId)).toEqual({ undone: 4, stale: [] });
		expect(await codesOf(app, ids)).toEqual([...[35, 36, 37, 38].map(code), '', '']);
		// What was taken back is not done again.
		await app.renumbering.resume();
		expect(await codesOf(app, ids)).toEqual([...[35, 36, 37, 38].map(code), '', '']);
	});

	it('taken back, it stays so; its numbers are nobody else’s meanwhile, and the next one begins when it is done', async () => {
		const { app, ids, batchId, fonds, server, dataDir } = await halfDone();
		await app.collaboration.setField(ids[3] as EntryId, 'referenceCode', '', actor);
		const next = await anItem(app, fonds, '次');
		await registerEntries(app, [next]);
		expect(await codesOf(app, [next])).toEqual([code(41)]);
		await app.collaboration.setField(ids[3] as EntryId, 'referenceCode', code(40), actor);
		const done = await app.renumbering.carryOut(by, { under: fonds, from: 1 }, '从头编起');
		expect(done.way).toBe('order');
		expect(await codesOf(app, ids)).toEqual([35, 36, 39, 40, 37, 38].map(code));
		await app.storage.db
			.deleteFrom('code_event')
			.where('block_id', '=', batchId)
			.where('kind', '=', 'renumbered')
			.execute();
		expect((await app.renumbering.undo(by, batchId)).undone).toBe(4);
		await server.stop();
		const again = await startTestServer({ dataDir });
		expect(await codesOf(again.app, ids)).toEqual([...[35, 36, 37, 38].map(code), '', '']);
	});
});
