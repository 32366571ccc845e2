import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { richTextOf } from '#domain/catalogue/rich-text.ts';
import { bodyOf } from '#sync/entry-doc.ts';
import { fieldValuesOf, setField } from '#sync/field-values.ts';
import { fillFragment } from '#sync/rich-text-fragment.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive, type LiveClient } from '#tests/support/live-client.ts';
import {
	authFrame,
	awarenessFrame,
	named,
	openRaw,
	syncFrame,
	type Endpoint,
	type RawSocket,
} from '#tests/support/raw-socket.ts';
import { startTestServer, type TestServer } from '#tests/support/server.ts';

const OPS = { id: 'system:ops', name: 'ops', via: 'cli' };
/** Documents asked for at the same time. */
const WINDOW = 20;
const DOCUMENTS = process.env['LANTAI_TEST_LONG'] ? 10_000 : 2_500;

interface Scene {
	readonly server: TestServer;
	readonly id: EntryId;
	readonly name: string;
	readonly token: string;
	/** Has the attacked document open, and goes on with it. */
	readonly page: LiveClient;
	readonly attacker: RawSocket;
	/** A frame of the attacker, as the endpoint wants it. */
	attack(frame: Uint8Array): Promise<void>;
}

async function aScene(endpoint: Endpoint): Promise<Scene> {
	const server = await startTestServer();
	const id = await aMadeEntry(server.app, { title: '题' });
	const page = await joinLive(server.port, id, { token: await server.token('乙', 'archivist'), by: '乙' });
	const token = await server.token('甲', 'archivist');
	const name = `entry:${id}`;
	const attacker = await openRaw(server.port, endpoint, name, token);
	return {
		server,
		id,
		name,
		token,
		page,
		attacker,
		attack: (frame) => attacker.send(named(endpoint, name, frame)),
	};
}

/** An edit by 甲 of what a page has, told under a client id. */
function updateAs(clientId: number, doc: Y.Doc, title: string): Uint8Array {
	const copy = new Y.Doc();
	Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
	copy.clientID = clientId;
	const before = Y.encodeStateVector(copy);
	setField(fieldValuesOf(copy), 'title', title, {
		id: createId<string>(),
		by: '甲',
		at: new Date().toISOString(),
	});
	return Y.encodeStateAsUpdate(copy, before);
}

async function goesOn({ server, id, page }: Scene): Promise<void> {
	page.set('title', '如常');
	await page.durable();
	expect(page.closes).toEqual([]);
	await eventually(async () => expect((await server.app.catalogue.entry(system, id)).title).toBe('如常'));
}

describe.each(['/collab', '/yjs'] as const)('a hostile client on %s', (endpoint) => {
	it('speaks for nobody else: foreign presence is not taken, and ends nobody’s', async () => {
		const scene = await aScene(endpoint);
		const { server, page, attack } = scene;
		const third = await joinLive(server.port, scene.id, { token: await server.token('丙', 'archivist') });
		page.provider.awareness?.setLocalState({ field: 'title' });
		const stateOf = (clientId: number): unknown => third.provider.awareness?.getStates().get(clientId);
		const isOwn = { field: 'title', user: { name: '乙' } };
		await eventually(() => expect(stateOf(page.doc.clientID)).toMatchObject(isOwn));
		for (const state of [{ field: 'note' }, null]) {
			await attack(awarenessFrame(page.doc.clientID, 900, state));
			await attack(awarenessFrame(4711, 1 + Number(state === null), { idle: state === null }));
			await eventually(() =>
				expect(stateOf(4711)).toMatchObject({ idle: state === null, user: { name: '甲' } }),
			);
			expect(stateOf(page.doc.clientID)).toMatchObject(isOwn);
		}
		await goesOn(scene);
	});

	it('an update that rests on one the server never got is refused', async () => {
		const scene = await aScene(endpoint);
		const before = await scene.server.app.storage.log.head(scene.name);
		const doc = new Y.Doc();
		doc.getArray('fields').push([1]);
		const known = Y.encodeStateVector(doc);
		doc.getArray('fields').push([2]);
		await scene.attack(syncFrame(2, Y.encodeStateAsUpdate(doc, known)));
		await eventually(() =>
			expect(scene.attacker.closed()).toEqual({ code: 4409, reason: 'collaboration.missing-history' }),
		);
		expect(await scene.server.app.storage.log.head(scene.name)).toBe(before);
		await goesOn(scene);
	});

	it('other contents under clocks that another client has used are refused, not passed over', async () => {
		const scene = await aScene(endpoint);
		const { page, server, name } = scene;
		const forged = updateAs(page.doc.clientID, page.doc, '伪');
		page.set('title', '真');
		await page.durable();
		const before = await server.app.storage.log.head(name);
		await scene.attack(syncFrame(2, forged));
		await eventually(() =>
			expect(scene.attacker.closed()).toEqual({ code: 4409, reason: 'collaboration.reused-clock' }),
		);
		expect(await server.app.storage.log.head(name)).toBe(before);
		await goesOn(scene);
	});

	it('an edit under the next clocks of another client is the attacker’s, and the other goes on under a new id', async () => {
		const scene = await aScene(endpoint);
		const { page, server, name } = scene;
		page.set('title', '真');
		await page.durable();
		const taken = page.doc.clientID;
		await scene.attack(syncFrame(2, updateAs(taken, page.doc, '伪')));
		await eventually(() => expect(page.values('title')).toEqual(['伪']));
		expect(page.doc.clientID).not.toBe(taken);
		await goesOn(scene);
		const rows = await server.app.storage.log.read(name);
		expect(rows.slice(-2).map(({ actor }) => actor.name)).toEqual(['甲', '乙']);
	});

	it.each([
		['an update of 3 MB', 3_000_000, 4413, 'collaboration.update-too-large'],
		['a frame of 5 MB', 5_000_000, 1009, ''],
	])('%s ends its socket alone', async (_, bytes, code, reason) => {
		const scene = await aScene(endpoint);
		await scene.attack(syncFrame(2, new Uint8Array(bytes)));
		await eventually(() => expect(scene.attacker.closed()).toEqual({ code, reason }));
		await goesOn(scene);
	});

	it('who does not read is closed when 16 MiB wait for it', async () => {
		const scene = await aScene(endpoint);
		const { server, id, attacker } = scene;
		await server.app.collaboration.edit(id, OPS, (copy) => {
			fillFragment(bodyOf(copy, 'note'), richTextOf('长'.repeat(300_000)));
			return true;
		});
		const sockets = server.app.collaboration.socketCount;
		attacker.webSocket.pause();
		for (let times = 0; times < 60; times++)
			attacker.webSocket.send(named(endpoint, scene.name, Uint8Array.of(0, 0, 1, 0)));
		await eventually(() => expect(server.app.collaboration.socketCount).toBe(sockets - 1));
		attacker.webSocket.resume();
		await eventually(() => expect(attacker.closed()?.code).toBe(1006));
		await goesOn(scene);
	});
});

describe('documents on one socket', () => {
	it(`${DOCUMENTS} at once: the socket is closed before they are looked at`, async () => {
		const scene = await aScene('/collab');
		for (let index = 0; index < DOCUMENTS; index++)
			scene.attacker.webSocket.send(authFrame(`entry:${createId()}`, scene.token));
		await eventually(() => expect(scene.attacker.closed()?.code).toBe(4205));
		await goesOn(scene);
	});

	it(
		`${DOCUMENTS} one after another: few more than 2,000 are opened, the others refused`,
		{ timeout: 120_000 },
		async () => {
			const scene = await aScene('/collab');
			// Sessions of one document count like documents of their own.
			const first = `${scene.name}\0first`;
			const { webSocket } = await openRaw(scene.server.port, '/collab', first, scene.token);
			let opened = 1;
			let refused = 0;
			let next = 1;
			const ask = (): void => {
				if (next < DOCUMENTS) webSocket.send(authFrame(`${scene.name}\0${next++}`, scene.token));
			};
			await new Promise<void>((resolve) => {
				webSocket.on('message', (data: Buffer) => {
					const text = data.toString('latin1');
					if (text.includes('read-write')) opened++;
					else if (text.includes('collaboration.too-many-documents')) refused++;
					else return;
					if (opened + refused === DOCUMENTS) resolve();
					ask();
				});
				for (let index = 0; index < WINDOW; index++) ask();
			});
			expect(webSocket.readyState).toBe(WebSocket.OPEN);
			// Those that are asked for at the same time do not know of each other.
			expect(opened).toBeGreaterThanOrEqual(2000);
			expect(opened).toBeLessThan(2000 + WINDOW);
			await goesOn(scene);
		},
	);
});
