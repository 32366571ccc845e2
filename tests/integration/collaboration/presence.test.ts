import { describe, expect, it } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import type { PlacesMessage } from '#sync/presence.ts';
import { aMadeEntry } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive, type LiveClient } from '#tests/support/live-client.ts';
import { openRaw } from '#tests/support/raw-socket.ts';
import { startTestServer, type TestServer } from '#tests/support/server.ts';

const ARCHIVE = 'presence:archive';
/** Nobody is shown much longer than the 5 s a closed tab may be; a busy machine has the rest. */
const GONE_MS = 15_000;

const statesOf = ({ provider }: LiveClient): Map<number, Record<string, unknown>> =>
	(provider.awareness?.getStates() ?? new Map()) as Map<number, Record<string, unknown>>;

/** A person who works with some fonds only. */
async function limited(server: TestServer, name: string, fonds: readonly EntryId[]): Promise<string> {
	const token = await server.token(name, 'archivist');
	await server.app.storage.db
		.updateTable('user')
		.set({ fonds: JSON.stringify(fonds) })
		.where('name', '=', name)
		.execute();
	return token;
}

/** Where others are, as a client was told. */
function placesHeard(client: LiveClient): Map<number, string | null> {
	const places = new Map<number, string | null>();
	client.provider.on('stateless', ({ payload }: { payload: string }) => {
		const message = JSON.parse(payload) as PlacesMessage;
		if (message.type !== 'places') return;
		if (message.all) places.clear();
		for (const [clientId, entryId] of message.places) places.set(clientId, entryId);
	});
	return places;
}

describe('where people are in the archive', () => {
	it('is told to those who may see the entry, and to nobody else', async () => {
		const server = await startTestServer();
		const [river, road] = [
			await aMadeEntry(server.app, { title: '河道', level: 'fonds' }),
			await aMadeEntry(server.app, { title: '道路', level: 'fonds' }),
		];
		const everywhere = await joinLive(server.port, ARCHIVE, { token: await server.token('甲', 'archivist') });
		const atRoad = await joinLive(server.port, ARCHIVE, { token: await limited(server, '乙', [road]) });
		const heard = [placesHeard(everywhere), placesHeard(atRoad)] as const;
		const visitor = await joinLive(server.port, ARCHIVE, { token: await server.token('丙', 'archivist') });
		const { clientID } = visitor.doc;
		visitor.provider.awareness?.setLocalState({ entryId: river, field: `title ${river}` });
		await eventually(() => expect(heard[0].get(clientID)).toBe(river));
		await eventually(() => expect(statesOf(atRoad).get(clientID)).toMatchObject({ user: { name: '丙' } }));
		visitor.provider.awareness?.setLocalState({ entryId: road });
		await eventually(() => expect(heard.map((places) => places.get(clientID))).toEqual([road, road]));
		visitor.provider.awareness?.setLocalState({ entryId: river });
		await eventually(() => expect(heard.map((places) => places.get(clientID))).toEqual([river, null]));
		for (const client of [everywhere, atRoad])
			expect(JSON.stringify([...statesOf(client).values()])).not.toContain(river);
	});

	it('is told to who comes later, limited in the same way; a claim to be where one may not look is no place', async () => {
		const server = await startTestServer();
		const [river, road] = [
			await aMadeEntry(server.app, { title: '河道', level: 'fonds' }),
			await aMadeEntry(server.app, { title: '道路', level: 'fonds' }),
		];
		const watcher = await joinLive(server.port, ARCHIVE, { token: await server.token('甲', 'archivist') });
		const watched = placesHeard(watcher);
		const everywhere = await joinLive(server.port, ARCHIVE, { token: await server.token('丙', 'archivist') });
		const token = await limited(server, '乙', [road]);
		const liar = await joinLive(server.port, ARCHIVE, { token });
		everywhere.provider.awareness?.setLocalState({ entryId: river });
		liar.provider.awareness?.setLocalState({ entryId: river });
		await eventually(() => expect(watched.get(everywhere.doc.clientID)).toBe(river));
		await eventually(() => expect(watched.get(liar.doc.clientID)).toBe(null));
		const late = await joinLive(server.port, ARCHIVE, { token, wait: false });
		const heard = placesHeard(late);
		const lateEverywhere = await joinLive(server.port, ARCHIVE, {
			token: await server.token('甲', 'archivist'),
			wait: false,
		});
		const heardEverywhere = placesHeard(lateEverywhere);
		await eventually(() => expect([...heardEverywhere]).toEqual([[everywhere.doc.clientID, river]]));
		liar.provider.awareness?.setLocalState({ entryId: road });
		await eventually(() => expect([...heard]).toEqual([[liar.doc.clientID, road]]));
	});
});

describe('a caret in a long text', () => {
	const at = (clock: number): object => ({ type: null, tname: null, item: { client: 7, clock }, assoc: 0 });

	it('reaches the others in the entry, with the name the server knows and the entry it is about', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '题' });
		const a = await joinLive(server.port, id, { token: await server.token('甲', 'archivist') });
		const b = await joinLive(server.port, id, { token: await server.token('乙', 'archivist') });
		const cursor = { anchor: at(1), head: at(4) };
		a.provider.awareness?.setLocalState({ entryId: 'elsewhere', cursor, user: { name: '冒名' } });
		await eventually(() =>
			expect(statesOf(b).get(a.doc.clientID)).toMatchObject({ entryId: id, cursor, user: { name: '甲' } }),
		);
		a.provider.awareness?.setLocalState({ cursor: null });
		await eventually(() => expect(statesOf(b).get(a.doc.clientID)).toMatchObject({ cursor: null }));
	});

	it.each([
		['no number', { ...at(1), item: { client: 'x', clock: 1 } }],
		['a long name', { ...at(1), tname: 'x'.repeat(10_000) }],
		['no position', 'x'.repeat(10_000)],
	])('that is none (%s) is refused', async (_, anchor) => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '题' });
		const a = await joinLive(server.port, id, { token: await server.token('甲', 'archivist') });
		a.provider.awareness?.setLocalState({ cursor: { anchor, head: at(1) } });
		await eventually(() =>
			expect(a.closes.map(({ reason }) => reason)).toContain('collaboration.foreign-presence'),
		);
	});
});

describe('who closes the tab', () => {
	it.each(['closes', 'vanishes without a word'])('and %s is gone for the others soon', async (how) => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '题' });
		const [mine, theirs] = [await server.token('甲', 'archivist'), await server.token('乙', 'archivist')];
		const watching = [
			await joinLive(server.port, ARCHIVE, { token: mine }),
			await joinLive(server.port, id, { token: mine }),
		];
		const leaving = [
			await joinLive(server.port, ARCHIVE, { token: theirs }),
			await joinLive(server.port, id, { token: theirs }),
		];
		for (const client of leaving) client.provider.awareness?.setLocalState({ idle: false });
		const isShown = (): boolean[] =>
			watching.map((client, index) => statesOf(client).has(leaving[index]?.doc.clientID ?? 0));
		await eventually(() => expect(isShown()).toEqual([true, true]));
		for (const { socket } of leaving) {
			if (how === 'closes') socket.destroy();
			else {
				socket.shouldConnect = false;
				(socket.webSocket as unknown as { terminate(): void }).terminate();
			}
		}
		await eventually(() => expect(isShown()).toEqual([false, false]), GONE_MS);
	});

	it('a raw socket that never says goodbye leaves nothing behind', async () => {
		const server = await startTestServer();
		const raw = await openRaw(server.port, '/collab', ARCHIVE, await server.token('甲', 'archivist'));
		await eventually(() => expect(server.app.collaboration.socketCount).toBe(1));
		raw.webSocket.terminate();
		await eventually(() => expect(server.app.collaboration.socketCount).toBe(0), GONE_MS);
	});
});
