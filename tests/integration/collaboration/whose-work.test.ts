import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createId } from '#domain/base/ids.ts';
import { PERSON_HEADER } from '#sync/person-header.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { startTestServer } from '#tests/support/server.ts';
import { aTabDevice, openTab } from '#tests/support/tab.ts';

describe('a browser in which somebody else has signed in meanwhile', () => {
	it('sends nothing of the first person in the name of the second: it waits, and goes up as theirs', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '一' });
		const head = await server.app.storage.log.head(`entry:${id}`);
		const device = await aTabDevice(server, '甲', 'archivist');
		const { cookie } = await aTabDevice(server, '乙', 'archivist');
		const tab = await openTab(server, device);
		const session = tab.open(id);
		await session.ready();
		await eventually(async () => expect((await tab.store.load(id))?.state).toBeDefined());
		tab.line.cut();
		await eventually(() => expect(tab.socket.status).not.toBe('connected'));
		session.fragment('scopeAndContent')?.push([new Y.XmlElement('paragraph')]);
		session.set('title', '甲所改');
		await session.settled();
		const waiting = await tab.store.waiting();
		await tab.close();

		// As the page is that hears of it last.
		const other = await openTab(server, { ...device, cookie });
		await other.device.push();
		expect(other.device.pushTrouble).toBe('permissions.sign-in');
		expect([await other.store.waiting(), await other.store.kept()]).toEqual([waiting, []]);
		const closes: number[] = [];
		other.socket.on('close', ({ event }: { event: { code: number } }) => closes.push(event.code));
		await other.open(id).ready();
		await eventually(() => expect(closes).toContain(4401));
		expect(await server.app.storage.log.head(`entry:${id}`)).toBe(head);
		await other.close();

		const own = await openTab(server, device);
		await own.device.push();
		await eventually(async () => expect(await own.store.waiting()).toEqual([]));
		await eventually(async () => expect((await server.app.catalogue.entry(system, id)).title).toBe('甲所改'));
		const actors = (await server.app.storage.log.read(`entry:${id}`, head)).map(({ actor }) => actor.name);
		expect(new Set(actors)).toEqual(new Set(['甲']));
	});

	it('every way in asks in whose name: pages’ interfaces, states given back, files', async () => {
		const server = await startTestServer();
		const cookie = await server.cookie('甲', 'archivist');
		const asked = async (path: string, method: string, headers: Record<string, string>) =>
			(await fetch(server.origin + path, { method, headers: { cookie, ...headers } })).status;
		const other = { [PERSON_HEADER]: createId<string>() };
		for (const [path, method] of [
			['/api/me', 'GET'],
			['/api/sync/push', 'POST'],
			['/api/sync/recover', 'POST'],
			['/api/entries', 'POST'],
			['/api/visits', 'POST'],
			['/api/uploads?name=a.csv', 'PUT'],
		] as const) {
			expect([path, await asked(path, method, other)]).toEqual([path, 401]);
			expect([path, await asked(path, method, {})]).not.toEqual([path, 401]);
		}
	});
});
