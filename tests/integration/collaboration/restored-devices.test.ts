import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import type { Me } from '#client/open-workspace.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { aRestore } from '#tests/support/restore.ts';
import { startTestServer, type TestServer } from '#tests/support/server.ts';
import { SyncDevice } from '#tests/support/sync-client.ts';
import { aTabDevice, openTab, type Tab, type TabDevice } from '#tests/support/tab.ts';

/** The device as it is signed in at the server that was restored. */
async function signedIn(server: TestServer, device: TabDevice): Promise<TabDevice> {
	const response = await fetch(`${server.origin}/api/me`, { headers: { cookie: device.cookie } });
	return { ...device, me: (await response.json()) as Me };
}

/** A tab that comes back and has not heard of the server, but would push if it thought it might. */
async function notReached(server: TestServer, device: TabDevice): Promise<Tab> {
	const tab = await openTab(server, device, { isOffline: true });
	await eventually(async () => {
		const { held } = await navigator.locks.query();
		expect(held?.map(({ name }) => name)).toContain(`lantai-leader:${device.me.me.id}`);
	});
	tab.line.mend();
	return tab;
}

/** Opens an entry, and resolves when the device has it. */
async function opened(tab: Tab, id: EntryId): Promise<ReturnType<Tab['open']>> {
	const session = tab.open(id);
	await session.ready();
	await eventually(async () => expect((await tab.store.load(id))?.state).toBeDefined());
	return session;
}

/** The server has what was set, and the device has it in its state. */
async function folded(server: TestServer, tab: Tab, id: EntryId): Promise<void> {
	await eventually(async () => {
		expect((await server.app.catalogue.entry(system, id)).title).toBe('备份后');
		expect((await tab.store.load(id))?.updates).toEqual([]);
	});
}

async function cutOff(tab: Tab): Promise<void> {
	tab.line.cut();
	await eventually(() => expect(tab.socket.status).not.toBe('connected'));
}

function paragraph(words: string): Y.XmlElement {
	const element = new Y.XmlElement('paragraph');
	element.insert(0, [new Y.XmlText(words)]);
	return element;
}

describe('a device with work that waits, at a server that was restored', () => {
	it('first gives back what the server lost, then sends what waits: neither is lost or refused', async () => {
		let [known, made] = ['', ''] as EntryId[] as [EntryId, EntryId];
		let device = {} as TabDevice;
		const server = await aRestore(
			async (old) => {
				known = await aMadeEntry(old.app, { title: '备份前' });
				device = await aTabDevice(old, '甲', 'archivist');
			},
			async (old) => {
				made = await aMadeEntry(old.app, { title: '备份后所建' });
				const tab = await openTab(old, device);
				const [first, second] = [await opened(tab, known), await opened(tab, made)];
				first.set('title', '备份后');
				await folded(old, tab, known);
				await cutOff(tab);
				// Rests on nothing that was lost: it alone would be taken at once.
				first.fragment('scopeAndContent')?.push([paragraph('离线所写')]);
				second.set('title', '离线所改');
				await Promise.all([first.settled(), second.settled()]);
				await tab.close();
			},
		);
		device = await signedIn(server, device);
		const tab = await notReached(server, device);
		await tab.device.push();
		expect((await tab.store.waiting()).length).toBe(2);
		expect((await server.app.catalogue.entry(system, known)).bodies).toEqual({});

		await tab.device.reached(device.me.lineage);
		await eventually(async () => expect(await tab.store.waiting()).toEqual([]));
		await eventually(async () => {
			const entry = await server.app.catalogue.entry(system, known);
			expect([entry.title, JSON.stringify(entry.bodies).includes('离线所写')]).toEqual(['备份后', true]);
			expect((await server.app.catalogue.entry(system, made)).title).toBe('离线所改');
		});
		expect(await tab.store.kept()).toEqual([]);
	});

	it('gives a document back once more when what waits of it rests on something the server does not have', async () => {
		let id = '' as EntryId;
		let device = {} as TabDevice;
		const server = await aRestore(
			async (old) => {
				id = await aMadeEntry(old.app, { title: '备份前' });
				device = await aTabDevice(old, '甲', 'archivist');
			},
			async (old) => {
				const tab = await openTab(old, device);
				const session = await opened(tab, id);
				session.set('title', '备份后');
				await folded(old, tab, id);
				await cutOff(tab);
				session.set('title', '离线所改');
				await session.settled();
				await tab.close();
			},
		);
		device = await signedIn(server, device);
		const tab = await notReached(server, device);
		// As a tab leaves it that kept a state before the server had all of it.
		await tab.store.keepState(id, Y.encodeStateAsUpdate(new Y.Doc()), { lineage: device.me.lineage }, []);
		await tab.device.reached(device.me.lineage);
		await eventually(async () => {
			await tab.device.push();
			expect((await server.app.catalogue.entry(system, id)).title).toBe('离线所改');
		});
		expect([await tab.store.waiting(), await tab.store.kept()]).toEqual([[], []]);
	});

	it('offers what the server had logged and the device had not yet folded into its state', async () => {
		let id = '' as EntryId;
		let device = {} as TabDevice;
		const server = await aRestore(
			async (old) => {
				id = await aMadeEntry(old.app, { title: '备份前' });
				device = await aTabDevice(old, '甲', 'archivist');
			},
			async (old) => {
				const tab = await openTab(old, device);
				await opened(tab, id);
				await tab.close();
				// Closed while more was on its way: the first of two edits is known to be logged, and still an edit here.
				const store = await device.openStore();
				const other = new SyncDevice(old, await old.token('甲', 'archivist'), device.me.me.id);
				await other.load(id);
				const logged = other.set(id, 'title', '备份后');
				expect((await other.push([[id, logged]])).body.results).toMatchObject([{ ok: true }]);
				await store.markSent([await store.append(id, logged)]);
				await store.append(id, other.set(id, 'referenceCode', 'A1'));
				store.close();
			},
		);
		device = await signedIn(server, device);
		const tab = await openTab(server, device);
		await eventually(async () => {
			const { title, referenceCode } = await server.app.catalogue.entry(system, id);
			expect([title, referenceCode]).toEqual(['备份后', 'A1']);
		});
		await eventually(async () => expect((await tab.store.load(id))?.updates).toEqual([]));
		expect(await tab.store.kept()).toEqual([]);
	});

	it('S2 what goes on from another history of the log is refused whole, and nothing of it is taken', async () => {
		const server = await startTestServer();
		const { lineage } = await server.app.collaboration.sync.lineage();
		const id = await aMadeEntry(server.app, { title: '一' });
		const device = new SyncDevice(server, await server.token('甲', 'archivist'), '甲');
		await device.load(id);
		const batch = device.batch([[id, device.set(id, 'title', '二')]], createId<string>()) as object;
		const refused = { status: 409, body: { refusal: { code: 'sync.other-lineage' } } };
		expect(await device.post('/api/sync/push', { ...batch, lineage: createId<string>() })).toMatchObject(
			refused,
		);
		const made = { id: createId(), profile: 'dat18', update: '', lineage: createId<string>() };
		expect(await device.post('/api/entries', made)).toMatchObject(refused);
		expect((await server.app.catalogue.entry(system, id)).title).toBe('一');
		// The same batch, once the device has given back what was lost.
		expect(await device.post('/api/sync/push', { ...batch, lineage })).toMatchObject({
			status: 200,
			body: { results: [{ ok: true }] },
		});
	});
});
