import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { createId } from '#domain/base/ids.ts';
import { fieldValuesOf } from '#sync/field-values.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive, type LiveClient } from '#tests/support/live-client.ts';
import { joinPlain } from '#tests/support/plain-client.ts';
import { startTestServer, type TestServer } from '#tests/support/server.ts';

/** Another document of the same server must go on as if nothing had happened. */
async function unharmed(server: TestServer, witness: LiveClient): Promise<void> {
	const mark = createId<string>();
	witness.set('title', mark);
	await witness.durable();
	expect(witness.values('title')).toEqual([mark]);
	expect(server.app.collaboration.isReady).toBe(true);
}

async function aScene(): Promise<{
	server: TestServer;
	id: string;
	client: LiveClient;
	witness: LiveClient;
}> {
	const server = await startTestServer();
	const id = await aMadeEntry(server.app, { title: '题' });
	const other = await aMadeEntry(server.app, { title: '旁' });
	const witness = await joinLive(server.port, other, {
		token: await server.token('丙', 'archivist'),
		by: '丙',
	});
	const client = await joinLive(server.port, id, { token: await server.token('甲', 'archivist'), by: '甲' });
	return { server, id, client, witness };
}

const offences: readonly [string, string, number, (client: Pick<LiveClient, 'doc' | 'set'>) => void][] = [
	['meta', 'collaboration.foreign-type', 4403, (client) => client.doc.getMap('meta').set('schema', 9)],
	['an unknown type', 'collaboration.foreign-type', 4403, (client) => client.doc.getMap('evil').set('a', 1)],
	[
		'a deletion without a new value',
		'collaboration.deletion-without-value',
		4409,
		(client) => fieldValuesOf(client.doc).delete(0, 1),
	],
	['a forged author', 'collaboration.foreign-author', 4403, (client) => void client.set('title', 'x', '丙')],
	[
		'an element that is none',
		'collaboration.bad-element',
		4409,
		(client) => fieldValuesOf(client.doc).push([{ nonsense: true } as never]),
	],
	[
		'an oversized update',
		'collaboration.update-too-large',
		4413,
		(client) => client.doc.getXmlFragment('body:note').insert(0, [new Y.XmlText('x'.repeat(1_200_000))]),
	],
	[
		'a parent that does not exist',
		'collaboration.unknown-parent',
		4409,
		(client) => void client.set('parent', createId<string>()),
	],
];

describe('a client that sends what it may not', () => {
	it.each(offences)(
		'%s: refused with a code, its socket closed, nothing logged, others unharmed',
		async (_, code, closeCode, offend) => {
			const { server, id, client, witness } = await aScene();
			const before = await server.app.storage.log.head(`entry:${id}`);
			offend(client);
			await eventually(() => {
				expect(client.refusals).toContain(code);
				expect(client.closes.map((each) => each.code)).toContain(closeCode);
			});
			expect(await server.app.storage.log.head(`entry:${id}`)).toBe(before);
			expect((await server.app.catalogue.entry(system, id as never)).title).toBe('题');
			await unharmed(server, witness);
		},
	);

	it.each(offences)(
		'%s from a plain Yjs client: its socket closed for good, with the code and the reason',
		async (_, reason, code, offend) => {
			const { server, id, witness } = await aScene();
			const plain = await joinPlain(server.port, id, {
				token: await server.token('甲', 'archivist'),
				by: '甲',
			});
			const before = await server.app.storage.log.head(`entry:${id}`);
			offend(plain);
			await eventually(() => expect(plain.ended()).toEqual({ code, reason }));
			expect(await server.app.storage.log.head(`entry:${id}`)).toBe(before);
			await unharmed(server, witness);
		},
	);

	it('bytes that are no frame close that socket only', async () => {
		const { server, witness } = await aScene();
		const token = await server.token('甲', 'archivist');
		for (const bytes of [
			new Uint8Array([255, 255, 255, 255]),
			new Uint8Array(0),
			new Uint8Array([5, 0, 1, 2, 3]),
			Buffer.from('not a frame'),
		]) {
			const socket = new WebSocket(`ws://127.0.0.1:${server.port}/collab`, {
				headers: { authorization: `Bearer ${token}` },
			});
			await new Promise((resolve) => socket.on('open', resolve));
			socket.send(bytes);
			socket.send('text');
			await new Promise((resolve) => socket.on('close', resolve));
		}
		await unharmed(server, witness);
	});
});

describe('who may open what', () => {
	it('an unknown or foreign document name is refused by code', async () => {
		const { server, witness } = await aScene();
		const token = await server.token('甲', 'archivist');
		for (const name of ['evil', `entry:${createId()}`, 'meta', 'entry:../../x', `review:${createId()}`]) {
			const client = await joinLive(server.port, name, { token, wait: false });
			await eventually(() => expect(client.refusals).toEqual(['collaboration.unknown-document']));
			client.close();
		}
		await unharmed(server, witness);
	});

	it('nobody without a session or token gets in', async () => {
		const { server, id, witness } = await aScene();
		const client = await joinLive(server.port, id, { wait: false });
		await eventually(() => expect(client.closes[0]).toEqual({ code: 4401, reason: 'permissions.sign-in' }));
		expect(client.refusals).toEqual([]);
		const forged = await joinLive(server.port, id, { token: 'lt_forged', wait: false });
		await eventually(() => expect(forged.refusals).toEqual(['permissions.bad-token']));
		await unharmed(server, witness);
	});

	it('a page of another origin is answered 403 at the upgrade, with a good cookie too', async () => {
		const { server, witness } = await aScene();
		const cookie = await server.cookie('甲', 'archivist');
		const status = await new Promise((resolve) => {
			const socket = new WebSocket(`ws://127.0.0.1:${server.port}/collab`, {
				headers: { cookie, origin: 'https://evil.example' },
			});
			socket.on('unexpected-response', (_, response) => resolve(response.statusCode));
			socket.on('error', () => undefined);
		});
		expect(status).toBe(403);
		const own = await joinLive(server.port, await aMadeEntry(server.app, { title: '己' }), {
			cookie,
			origin: server.origin,
		});
		expect(own.values('title')).toEqual(['己']);
		await unharmed(server, witness);
	});

	it('a reader gets no live document, and a reviewer’s edit is refused', async () => {
		const { server, id, witness } = await aScene();
		const reader = await joinLive(server.port, id, {
			token: await server.token('读者', 'reader'),
			wait: false,
		});
		await eventually(() => expect(reader.refusals).toHaveLength(1));
		const reviewer = await joinLive(server.port, id, {
			token: await server.token('审核', 'reviewer'),
			by: '审核',
		});
		expect(reviewer.values('title')).toEqual(['题']);
		reviewer.set('title', '不许');
		await eventually(() => expect(reviewer.refusals).toContain('permissions.denied'));
		expect((await server.app.catalogue.entry(system, id as never)).title).toBe('题');
		await unharmed(server, witness);
	});

	it('sign-out everywhere ends the sockets of that person', async () => {
		const { server, id, witness } = await aScene();
		const cookie = await server.cookie('丁', 'archivist');
		const client = await joinLive(server.port, id, { cookie, origin: server.origin });
		const { id: personId } = await server.app.storage.db
			.selectFrom('user')
			.select('id')
			.where('name', '=', '丁')
			.executeTakeFirstOrThrow();
		await server.app.permissions.signOutEverywhere(personId);
		await eventually(() => expect(client.closes.map((each) => each.code)).toContain(4401));
		await unharmed(server, witness);
	});
});

describe('presence', () => {
	it('names are stamped by the server, and foreign client ids are not taken', async () => {
		const { server, id, client, witness } = await aScene();
		client.provider.awareness?.setLocalState({
			field: 'title',
			user: { id: 'x', name: '冒名', colour: 'red' },
		});
		const other = await joinLive(server.port, id, { token: await server.token('乙', 'archivist'), by: '乙' });
		await eventually(() => {
			const states = [...(other.provider.awareness?.getStates().values() ?? [])];
			expect(states).toContainEqual(
				expect.objectContaining({ field: 'title', user: expect.objectContaining({ name: '甲' }) }),
			);
			expect(JSON.stringify(states)).not.toContain('冒名');
		});
		await unharmed(server, witness);
	});
});

describe('a hook that throws', () => {
	it.each(['onChange', 'onStateless', 'onAwarenessUpdate', 'onDisconnect', 'connected'] as const)(
		'%s: the process lives, other documents go on',
		async (hook) => {
			const server = await startTestServer({
				extensions: [{ [hook]: async () => Promise.reject(new Error('synthetic failure')) }],
			});
			const id = await aMadeEntry(server.app, { title: '题' });
			const client = await joinLive(server.port, id, {
				token: await server.token('甲', 'archivist'),
				by: '甲',
			});
			client.provider.awareness?.setLocalState({ field: 'title' });
			client.set('title', '新');
			await client.durable();
			client.close();
			const again = await joinLive(server.port, id, {
				token: await server.token('乙', 'archivist'),
				by: '乙',
			});
			expect(again.values('title')).toEqual(['新']);
		},
	);
});
