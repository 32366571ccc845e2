import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { Arrangement } from '#client/arrangement.ts';
import { createDeviceRows } from '#client/device/device-rows.ts';
import { NumberBlocks, type TakenNumber } from '#client/device/number-blocks.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { aFondsEntry, anItem, registerFonds } from '#tests/support/codes.ts';
import { registerEntries, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { startTestServer } from '#tests/support/server.ts';
import { aTabDevice, openTab, type Tab } from '#tests/support/tab.ts';

const away = (): Promise<never> => Promise.reject(new Refusal('client.unreachable'));
const code = (number: number): string => `B002-WS·2011-Y-BGS-${String(number).padStart(4, '0')}`;

/** Makes entries as a page does while the server is away. */
function withoutServer(
	tab: Tab,
): (parentId: EntryId, title: string, numbered?: TakenNumber) => Promise<EntryId> {
	const rows = createDeviceRows({
		store: tab.store,
		isReachable: () => false,
		onTrouble: () => undefined,
		server: { children: away, entry: away, search: away },
	});
	const arrangement = new Arrangement({
		me: { id: tab.device.personId },
		rows: { ...rows, onChanged: () => () => undefined },
		entries: undefined as never,
		ask: away,
		device: tab.device,
		isReachable: () => false,
	});
	return (parentId, title, numbered) =>
		arrangement.create({ parentId, level: 'item', profile: 'dat18', title, numbered });
}

/** A device that has the fonds on it, and lost the line. */
async function anOffice() {
	const server = await startTestServer();
	await registerFonds(server.app);
	const fonds = await aFondsEntry(server.app);
	const device = await aTabDevice(server, '乙', 'archivist');
	const tab = await openTab(server, device);
	await tab.store.keepCard(await server.app.catalogue.entry(system, fonds));
	return { server, app: server.app, fonds, device, tab };
}

describe('an entry made without the server', () => {
	it('takes an edit of another tab once that comes while the device is read, and knows that it is not begun', async () => {
		const { fonds, tab } = await anOffice();
		tab.line.cut();
		await eventually(() => expect(tab.socket.status).not.toBe('connected'));
		const id = await withoutServer(tab)(fonds, '离线新件');
		const update = Y.encodeStateAsUpdate(new Y.Doc());
		const n = await tab.store.append(id, update);
		const session = tab.open(id);
		tab.device.tabs.sayToAll({ type: 'edited', doc: id, n, update });
		await session.ready();
		expect([session.unsent, session.phase, session.detail?.title]).toEqual([2, 'offline', '离线新件']);
		tab.device.tabs.sayToAll({ type: 'edited', doc: id, n, update });
		expect(session.unsent).toBe(2);
	});

	it('is shown, edited and listed on the device, and begun at the server before what was typed in it', async () => {
		const { app, fonds, tab } = await anOffice();
		tab.line.cut();
		await eventually(() => expect(tab.socket.status).not.toBe('connected'));
		const id = await withoutServer(tab)(fonds, '离线新件');
		const session = tab.open(id);
		await session.ready();
		expect([session.detail?.title, session.canEdit, session.detail?.path.at(-1)?.id]).toEqual([
			'离线新件',
			true,
			fonds,
		]);
		session.set('title', '离线改题');
		await session.settled();
		expect((await tab.store.waiting()).length).toBe(2);
		tab.line.mend();
		await eventually(
			async () => expect((await app.catalogue.entry(system, id)).title).toBe('离线改题'),
			20_000,
		);
		await eventually(() => expect(session.saved).toMatchObject({ unsent: 0, state: 'server' }), 20_000);
		// The line of every entry from then on.
		await eventually(() => expect(session.phase).toBe('live'));
		session.set('title', '在线再改');
		await eventually(
			async () => expect((await app.catalogue.entry(system, id)).title).toBe('在线再改'),
			20_000,
		);
		expect([await tab.store.waiting(), await tab.store.kept()]).toEqual([[], []]);
	});

	it('comes with what is below it, in order, also when the tab was closed in between', async () => {
		const { server, app, fonds, device, tab } = await anOffice();
		tab.line.cut();
		const make = withoutServer(tab);
		const above = await make(fonds, '上');
		const below = await make(above, '下');
		// The server had the first already, and its answer was lost.
		const update = (await tab.store.load(above))?.updates[0]?.update as Uint8Array;
		const person = { ...system, id: device.me.me.id as never };
		await app.createEntry({ person, via: null }, { id: above, profile: 'dat18', update });
		await tab.close();
		const again = await openTab(server, device);
		await again.device.push();
		expect((await app.catalogue.entry(system, below)).path.at(-1)?.id).toBe(above);
		expect([await again.store.waiting(), await again.store.kept()]).toEqual([[], []]);
	});

	it('that the server does not take is put away whole, and one in a place the device does not know is not made', async () => {
		const { app, fonds, device, tab } = await anOffice();
		tab.line.cut();
		const make = withoutServer(tab);
		await expect(make(createId(), '无处')).rejects.toMatchObject({ code: 'device.not-here' });
		const id = await make(fonds, '其下');
		// Somebody who describes nothing any more.
		const { db } = app.storage;
		await db.updateTable('user').set({ role: 'reviewer' }).where('id', '=', device.me.me.id).execute();
		tab.line.mend();
		await eventually(async () => expect(await tab.store.kept()).toHaveLength(1), 20_000);
		const [kept] = await tab.store.kept();
		expect(kept).toMatchObject({ doc: id, code: 'permissions.denied' });
		expect(kept?.edits).toContainEqual(expect.objectContaining({ field: 'title', value: '其下' }));
		expect(await tab.store.waiting()).toEqual([]);
	});
});

describe('numbers of a block', () => {
	it('are used once each, over tabs and reloads, and honoured on being registered', async () => {
		const { server, app, fonds, device, tab } = await anOffice();
		const like = await anItem(app, fonds, '样', { referenceCode: code(36), itemNumber: '0036' });
		const by = { person: { ...system, id: device.me.me.id as never, name: '乙' }, via: null };
		const block = await app.codes.reserve(by, like, 4, '库房');
		expect(block.place).toMatchObject({ parentId: fonds, level: 'item', final: 'itemNumber' });
		const one = new NumberBlocks(tab.store, tab.device.personId);
		await one.add({ ...block, reservedAt: '2026-01-01T00:00:00Z', why: '', used: [] });
		tab.line.cut();
		const make = withoutServer(tab);
		// Two tabs at once.
		const other = new NumberBlocks(tab.store, tab.device.personId);
		const taken = await Promise.all([one, other, one].map((each) => each.take(block.id, createId())));
		expect(taken.map((each) => each?.code)).toEqual([37, 38, 39].map(code));
		const ids = await Promise.all(
			taken.slice(0, 2).map((each) => make(fonds, `离线 ${each?.code}`, each as TakenNumber)),
		);
		await tab.close();
		const again = await openTab(server, device);
		const third = new NumberBlocks(again.store, again.device.personId);
		expect((await third.take(block.id, createId()))?.code).toBe(code(40));
		expect(await third.take(block.id, createId())).toBeUndefined();
		await again.device.push();
		await registerEntries(app, ids);
		const rows = await Promise.all(ids.map((id) => app.catalogue.entry(system, id)));
		expect(rows.map((row) => [row.referenceCode, row.fields['itemNumber'], row.review.state])).toEqual([
			[code(37), '0037', 'registered'],
			[code(38), '0038', 'registered'],
		]);
		expect(await app.codes.giveBack(by, block.id, '')).toEqual({ unused: 2 });
	});

	it('that somebody else wrote by hand are refused on being registered, in words', async () => {
		const { app, fonds, device } = await anOffice();
		const like = await anItem(app, fonds, '样', { referenceCode: code(36) });
		const by = { person: { ...system, id: device.me.me.id as never, name: '乙' }, via: null };
		await app.codes.reserve(by, like, 4, '库房');
		const stray = await anItem(app, fonds, '手填', { referenceCode: code(38) });
		await expect(registerEntries(app, [stray])).rejects.toMatchObject({
			code: 'catalogue.code-kept',
			params: { code: code(38), name: '乙', from: 37, to: 40 },
		});
	});
});
