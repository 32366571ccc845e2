import { describe, expect, it } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { aPurge } from '#tests/support/purges.ts';
import { startTestServer } from '#tests/support/server.ts';
import { aTabDevice, openTab, type Tab } from '#tests/support/tab.ts';

/** Nothing of the entry is on the device, in any of its stores. */
async function demandNothing(tab: Tab, id: EntryId): Promise<void> {
	await eventually(async () => {
		expect(await tab.store.load(id)).toBeUndefined();
		expect(await tab.store.load(`review:${id}`)).toBeUndefined();
		expect((await tab.store.waiting()).filter(({ doc }) => doc.endsWith(id))).toEqual([]);
		expect((await tab.store.kept()).filter(({ doc }) => doc.endsWith(id))).toEqual([]);
		const card = await tab.store.card(id);
		expect(card === undefined || (card.status === 'purged' && card.title === '')).toBe(true);
	});
}

async function opened(tab: Tab, id: EntryId): Promise<ReturnType<Tab['open']>> {
	const session = tab.open(id);
	await session.ready();
	await eventually(async () => expect((await tab.store.load(id))?.state).toBeDefined());
	return session;
}

describe('a device that has an entry whose content is purged', () => {
	it('deletes it at once while it is open, also what is being typed, and says so once', async () => {
		const server = await startTestServer();
		const [secret, other] = [
			await aMadeEntry(server.app, { title: '绝密', level: 'fonds' }),
			await aMadeEntry(server.app, { title: '邻居', level: 'fonds' }),
		];
		const tab = await openTab(server, await aTabDevice(server, '甲', 'archivist'));
		const session = await opened(tab, secret);
		await opened(tab, other);
		session.set('title', '还在写');
		await aPurge(server.app, [secret]);
		await eventually(() => expect(session.phase).toBe('gone'));
		await demandNothing(tab, secret);
		expect(session.reason).toBe('catalogue.purged');
		await eventually(() => expect(session.detail?.purged?.number).toMatch(/^P\d{4}-0001$/));
		await eventually(() => expect(tab.device.purgedCount).toBe(1));
		await tab.device.purgedRead();
		expect(tab.device.purgedCount).toBe(0);
		expect((await tab.store.load(other))?.state).toBeDefined();
	});

	it('deletes it when it comes back, before anything is offered, with what was written meanwhile', async () => {
		const server = await startTestServer();
		const secret = await aMadeEntry(server.app, { title: '绝密', level: 'fonds' });
		const other = await aMadeEntry(server.app, { title: '邻居', level: 'fonds' });
		const device = await aTabDevice(server, '甲', 'archivist');
		const tab = await openTab(server, device);
		const [session, neighbour] = [await opened(tab, secret), await opened(tab, other)];
		tab.line.cut();
		await eventually(() => expect(tab.socket.status).not.toBe('connected'));
		session.set('title', '离线所写');
		neighbour.set('title', '离线改邻居');
		await Promise.all([session.settled(), neighbour.settled()]);
		await tab.close();
		await aPurge(server.app, [secret]);

		const back = await openTab(server, device);
		await demandNothing(back, secret);
		expect(back.device.purgedCount).toBe(1);
		// What was written in others goes up as ever.
		await eventually(async () =>
			expect((await server.app.catalogue.entry(system, other)).title).toBe('离线改邻居'),
		);
		expect(await server.app.storage.log.head(`entry:${secret}`)).toBe(0);
		await back.close();
		// Told until somebody has read it, and nothing is asked for again.
		const later = await openTab(server, device);
		await eventually(() => expect(later.device.purgedCount).toBe(1));
	});
});
