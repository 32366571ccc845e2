import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createId } from '#domain/base/ids.ts';
import { renewLineage } from '#server/storage/lineage.ts';
import { Arrangement } from '#client/arrangement.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { startTestServer } from '#tests/support/server.ts';
import { SyncDevice } from '#tests/support/sync-client.ts';
import { aTabDevice, openTab, type Tab } from '#tests/support/tab.ts';
import { TroubledLog } from '#tests/support/troubled-log.ts';

async function cutOff(tab: Tab): Promise<void> {
	tab.line.cut();
	await eventually(() => expect(tab.socket.status).not.toBe('connected'));
}

describe('a server that cannot do its work for a moment', () => {
	it('keeps an entry made offline waiting, with what was typed in it, and takes it later', async () => {
		const log = new TroubledLog();
		const server = await startTestServer({ storage: log.wrap });
		const tab = await openTab(server, await aTabDevice(server, '甲', 'archivist'));
		await cutOff(tab);
		const nothing = (): Promise<never> => Promise.reject(new Refusal('client.unreachable'));
		const arrangement = new Arrangement({
			me: { id: tab.device.personId },
			rows: { children: async () => ({ rows: [], total: 0 }) } as never,
			entries: undefined as never,
			ask: nothing,
			device: tab.device,
			isReachable: () => false,
		});
		const id = await arrangement.create({
			parentId: null,
			level: 'fonds',
			profile: 'dat18',
			title: '离线新建',
		});
		const { length } = await tab.store.waiting();
		log.writing = 'before';
		tab.line.mend();
		await eventually(async () => {
			await tab.device.push();
			expect(log.failed).toBeGreaterThan(0);
		});
		expect([(await tab.store.waiting()).length, await tab.store.kept()]).toEqual([length, []]);
		log.writing = 'well';
		await eventually(async () => {
			await tab.device.push();
			expect((await server.app.catalogue.entry(system, id)).title).toBe('离线新建');
		});
	});

	it('never says of a state that is given back that it is refused when it only could not be written', async () => {
		const log = new TroubledLog();
		const server = await startTestServer({ storage: log.wrap });
		const id = await aMadeEntry(server.app, { title: '题' });
		await renewLineage(server.app.storage, '2026-11-25T00:00:00.000Z');
		const device = new SyncDevice(server, await server.token('甲', 'archivist'), '甲');
		await device.load(id);
		log.writing = 'before';
		expect((await device.recover([[createId<string>(), device.state(id)]])).body.results).toMatchObject([
			{ ok: false, code: 'collaboration.failed' },
		]);
	});

	it('a state that it will not have back is put away once, however often the device comes', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '题' });
		await renewLineage(server.app.storage, '2026-11-25T00:00:00.000Z');
		const device = await aTabDevice(server, '甲', 'archivist');
		const store = await device.openStore();
		const foreign = new Y.Doc();
		foreign.getMap('foreign').set('a', 1);
		await store.keepState(id, Y.encodeStateAsUpdate(foreign), { lineage: createId<string>() }, []);
		foreign.getMap('foreign').set('b', 2);
		await store.append(id, Y.encodeStateAsUpdate(foreign));
		store.close();
		for (let times = 0; times < 3; times++) {
			const tab = await openTab(server, device);
			await tab.device.push();
			await eventually(async () => expect(await tab.store.waiting()).toEqual([]));
			expect((await tab.store.kept()).map(({ code }) => code)).toEqual([
				'collaboration.foreign-type',
				'collaboration.foreign-type',
			]);
			await tab.close();
		}
	});

	it('takes everything else when one document fails, and that one when it is asked to try again', async () => {
		const log = new TroubledLog();
		const server = await startTestServer({ storage: log.wrap });
		const ids = [
			await aMadeEntry(server.app, { title: '一' }),
			await aMadeEntry(server.app, { title: '二' }),
		] as const;
		const tab = await openTab(server, await aTabDevice(server, '甲', 'archivist'));
		const typist = new SyncDevice(server, await server.token('甲', 'archivist'), tab.device.personId);
		for (const id of ids) await typist.load(id);
		// The tab's presence stays.
		await eventually(() => expect(server.app.collaboration.documentCount).toBe(1));
		log.unreadable.add(`entry:${ids[0]}`);
		for (const id of ids) await tab.store.append(id, typist.set(id, 'title', '改'));
		await tab.device.push();
		expect((await tab.store.waiting()).map(({ doc }) => doc)).toEqual([ids[0]]);
		expect(await tab.store.kept()).toEqual([]);
		await eventually(async () => expect((await server.app.catalogue.entry(system, ids[1])).title).toBe('改'));
		log.unreadable.clear();
		await tab.device.push();
		expect(await tab.store.waiting()).toEqual([]);
	});
});
