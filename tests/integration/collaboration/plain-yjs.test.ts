import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import * as decoding from 'lib0/decoding';
import { applyAwarenessUpdate, Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { startCutProxy } from '#tests/support/cut-proxy.ts';
import { aMadeEntry, anImportedEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { joinPlain } from '#tests/support/plain-client.ts';
import { startTestServer, type TestServer } from '#tests/support/server.ts';

const OPS = { id: 'system:ops', name: 'ops', via: 'cli' };

async function aScene(): Promise<{ server: TestServer; id: EntryId; token: string }> {
	const server = await startTestServer();
	const id = await aMadeEntry(server.app, { title: '题' });
	return { server, id, token: await server.token('甲', 'archivist') };
}

async function idOf(server: TestServer, name: string): Promise<string> {
	const { db } = server.app.storage;
	return (await db.selectFrom('user').select('id').where('name', '=', name).executeTakeFirstOrThrow()).id;
}

async function readOnlyToken(server: TestServer, name: string): Promise<string> {
	const request = { name: 'reading', scopes: ['read'], days: 1 };
	return (await server.app.permissions.createToken(await idOf(server, name), request)).token;
}

/** A frame of a socket with nothing above it. */
function nextFrame(socket: WebSocket, isWanted: (frame: Uint8Array) => boolean): Promise<Uint8Array> {
	return new Promise((resolve) => {
		const look = (data: ArrayBuffer): void => {
			const frame = new Uint8Array(data);
			if (!isWanted(frame)) return;
			socket.off('message', look);
			resolve(frame);
		};
		socket.on('message', look);
	});
}

describe('a plain Yjs client', () => {
	it('edits with a page in both directions, with its edits in the log and the row', async () => {
		const { server, id, token } = await aScene();
		const page = await joinLive(server.port, id, { token: await server.token('乙', 'archivist'), by: '乙' });
		const plain = await joinPlain(server.port, id, { token, by: '甲' });
		expect(plain.values('title')).toEqual(['题']);
		plain.set('title', '由脚本');
		await eventually(() => expect(page.values('title')).toEqual(['由脚本']));
		page.set('title', '由页面');
		await eventually(() => expect(plain.values('title')).toEqual(['由页面']));
		await page.durable();
		const changes = await server.app.storage.db
			.selectFrom('entry_change')
			.select(['to_value', 'actor_name', 'via'])
			.where('doc', '=', `entry:${id}`)
			.where('field', '=', 'title')
			.orderBy('id')
			.execute();
		expect(changes.slice(-2)).toEqual([
			{ to_value: '"由脚本"', actor_name: '甲', via: 'token' },
			{ to_value: '"由页面"', actor_name: '乙', via: 'token' },
		]);
		await eventually(async () => expect((await server.app.catalogue.entry(system, id)).title).toBe('由页面'));
	});

	it('opens an imported entry for the first time, and a session will do in place of a token', async () => {
		const { server } = await aScene();
		const id = await anImportedEntry(server.app, '合成题名');
		const cookie = await server.cookie('丁', 'archivist');
		const plain = await joinPlain(server.port, id, { cookie, origin: server.origin, by: '丁' });
		expect(plain.values('title')).toEqual(['合成题名']);
		plain.set('title', '新');
		await eventually(async () => expect((await server.app.catalogue.entry(system, id)).title).toBe('新'));
	});

	it('hands on 600 edits, and all that somebody else has of them is in the log', async () => {
		const { server, id, token } = await aScene();
		const page = await joinLive(server.port, id, { token: await server.token('乙', 'archivist') });
		const plain = await joinPlain(server.port, id, { token, by: '甲' });
		const seen = new Set<string>();
		const early: string[] = [];
		const checks: Promise<void>[] = [];
		const look = async (element: string): Promise<void> => {
			const row = await server.app.storage.db
				.selectFrom('entry_change')
				.select('seq')
				.where('element_id', '=', element)
				.executeTakeFirst();
			if (!row) early.push(element);
		};
		page.doc.getArray<{ id: string }>('fields').observe((event) => {
			for (const { insert } of event.delta)
				for (const { id: element } of (insert ?? []) as { id: string }[])
					if (!seen.has(element)) {
						seen.add(element);
						checks.push(look(element));
					}
		});
		const made = Array.from({ length: 600 }, (_, index) =>
			plain.set(`creators#${index}`, { order: 'a0', text: `合成 ${index}` }),
		);
		await eventually(() => expect(made.filter((element) => !seen.has(element))).toEqual([]), 20_000);
		await Promise.all(checks);
		expect(early).toEqual([]);
	});

	it('merges what it did without a line: both values stay, as a conflict', async () => {
		const { server, id, token } = await aScene();
		const proxy = await startCutProxy(server.port);
		const away = await joinPlain(proxy.port, id, { token, by: '甲' });
		const here = await joinLive(server.port, id, { token: await server.token('乙', 'archivist'), by: '乙' });
		proxy.cut();
		away.set('title', '离线');
		here.set('title', '在线');
		await here.durable();
		proxy.mend();
		await eventually(() => {
			expect([...away.values('title')].sort()).toEqual(['在线', '离线']);
			expect([...here.values('title')].sort()).toEqual(['在线', '离线']);
		});
		await eventually(async () =>
			expect((await server.app.catalogue.entry(system, id)).conflictCount).toBe(1),
		);
		await proxy.close();
	});

	it('learns from the answer to a sync step 1 that its edit is in the log', async () => {
		const { server, id, token } = await aScene();
		const plain = await joinPlain(server.port, id, { token, by: '甲' });
		const element = plain.set('title', '新');
		const socket = plain.provider.ws as unknown as WebSocket;
		const answered = nextFrame(socket, (frame) => frame[0] === 0 && frame[1] === 1);
		socket.send(Uint8Array.of(0, 0, 1, 0));
		await answered;
		const { db } = server.app.storage;
		expect(
			await db.selectFrom('entry_change').select('seq').where('element_id', '=', element).execute(),
		).toHaveLength(1);
	});
});

describe('presence of a plain Yjs client', () => {
	it('is stamped by the server in both directions, and goes with its socket', async () => {
		const { server, id, token } = await aScene();
		const page = await joinLive(server.port, id, { token: await server.token('乙', 'archivist') });
		const plain = await joinPlain(server.port, id, { token });
		plain.provider.awareness.setLocalState({ field: 'title', user: { id: 'x', name: '冒名' } });
		page.provider.awareness?.setLocalState({ field: 'note', user: { id: 'x', name: '冒名' } });
		const seenBy = (awareness: Awareness | null | undefined): unknown[] => [
			...(awareness?.getStates().entries() ?? []),
		];
		await eventually(() => {
			expect(seenBy(page.provider.awareness)).toContainEqual([
				plain.doc.clientID,
				expect.objectContaining({ field: 'title', user: expect.objectContaining({ name: '甲' }) }),
			]);
			expect(seenBy(plain.provider.awareness)).toContainEqual([
				page.doc.clientID,
				expect.objectContaining({ field: 'note', user: expect.objectContaining({ name: '乙' }) }),
			]);
		});
		plain.close();
		await eventually(() => expect(page.provider.awareness?.getStates().has(plain.doc.clientID)).toBe(false));
	});

	it('may be none: who shows nothing of itself repeats the others and stays', async () => {
		const { server, id, token } = await aScene();
		const page = await joinLive(server.port, id, { token: await server.token('乙', 'archivist'), by: '乙' });
		const plain = await joinPlain(server.port, id, { token, wait: false });
		plain.provider.awareness.setLocalState(null);
		await eventually(() => expect(plain.provider.synced).toBe(true));
		for (const field of ['title', 'note']) {
			page.provider.awareness?.setLocalState({ field });
			await eventually(() =>
				expect(plain.provider.awareness.getStates().get(page.doc.clientID)).toMatchObject({
					field,
					user: { name: '乙' },
				}),
			);
		}
		page.set('title', '新');
		await eventually(() => expect(plain.values('title')).toEqual(['新']));
		expect(plain.closes).toEqual([]);
	});

	it('comes back to it: with nobody else there, it would take the line for dead after 30 seconds', async () => {
		const { server, id, token } = await aScene();
		const plain = await joinPlain(server.port, id, { token });
		for (let times = 0; times < 2; times++) {
			const heard = nextFrame(plain.provider.ws as unknown as WebSocket, (frame) => frame[0] === 1);
			// What it says every 15 seconds, with nothing new in it.
			plain.provider.awareness.setLocalState({ field: 'title' });
			await heard;
		}
	});

	it('is told to who asks', async () => {
		const { server, id, token } = await aScene();
		const page = await joinLive(server.port, id, { token: await server.token('乙', 'archivist') });
		page.provider.awareness?.setLocalState({ field: 'title' });
		const plain = await joinPlain(server.port, id, { token });
		await eventually(() => expect(plain.provider.awareness.getStates().has(page.doc.clientID)).toBe(true));
		const socket = plain.provider.ws as unknown as WebSocket;
		const answered = nextFrame(socket, (frame) => frame[0] === 1);
		socket.send(Uint8Array.of(3));
		const awareness = new Awareness(new Y.Doc());
		const decoder = decoding.createDecoder(await answered);
		decoding.readVarUint(decoder);
		applyAwarenessUpdate(awareness, decoding.readVarUint8Array(decoder), null);
		expect(awareness.getStates().get(page.doc.clientID)).toMatchObject({ user: { name: '乙' } });
		awareness.destroy();
	});
});

describe('what a plain Yjs client may not', () => {
	it('names of no document, and of entries that are not there', async () => {
		const { server, id, token } = await aScene();
		for (const name of [
			'evil',
			`entry:${createId()}`,
			'',
			'entry:../../x',
			`entry:${id}%00session`,
			'%E0%A4%A',
		]) {
			const plain = await joinPlain(server.port, name, { token, wait: false });
			await eventually(() =>
				expect(plain.ended()).toEqual({ code: 4409, reason: 'collaboration.unknown-document' }),
			);
		}
	});

	it('nobody, bad tokens and readers are told once and for all', async () => {
		const { server } = await aScene();
		const id = await anImportedEntry(server.app, '公开');
		const reader = await server.token('读者', 'reader');
		for (const [token, code, reason] of [
			[undefined, 4401, 'permissions.sign-in'],
			['lt_forged', 4401, 'permissions.bad-token'],
			[reader, 4403, 'permissions.denied'],
		] as const) {
			const plain = await joinPlain(server.port, id, {
				...(token === undefined ? {} : { token }),
				wait: false,
			});
			await eventually(() => expect(plain.ended()).toEqual({ code, reason }));
			expect(plain.closes).toHaveLength(1);
			expect(plain.doc.store.clients.size).toBe(0);
		}
	});

	it('a page of another origin is answered 403 at the upgrade, with a good token too', async () => {
		const { server, id, token } = await aScene();
		const status = await new Promise((resolve) => {
			const socket = new WebSocket(`ws://127.0.0.1:${server.port}/yjs/entry:${id}?token=${token}`, {
				headers: { origin: 'https://evil.example' },
			});
			socket.on('unexpected-response', (_, response) => resolve(response.statusCode));
			socket.on('error', () => undefined);
		});
		expect(status).toBe(403);
	});

	it.each(['a reviewer', 'a token for reading'])('%s reads, and an edit is refused', async (who) => {
		const { server, id } = await aScene();
		const token =
			who === 'a reviewer' ? await server.token('审核', 'reviewer') : await readOnlyToken(server, '甲');
		const page = await joinLive(server.port, id, { token: await server.token('乙', 'archivist') });
		const plain = await joinPlain(server.port, id, { token, by: who === 'a reviewer' ? '审核' : '甲' });
		expect(plain.values('title')).toEqual(['题']);
		const before = await server.app.storage.log.head(`entry:${id}`);
		plain.set('title', '不许');
		await eventually(() => expect(plain.ended()).toEqual({ code: 4403, reason: 'permissions.denied' }));
		expect(await server.app.storage.log.head(`entry:${id}`)).toBe(before);
		expect(page.values('title')).toEqual(['题']);
	});

	it('more sockets of a person than 200: the next is put off, and others come in', async () => {
		const { server, id, token } = await aScene();
		const url = `ws://127.0.0.1:${server.port}/yjs/entry:${id}?token=${token}`;
		const sockets = await Promise.all(
			Array.from({ length: 200 }, async () => {
				const socket = new WebSocket(url);
				await new Promise((resolve) => socket.on('open', resolve));
				return socket;
			}),
		);
		const status = await new Promise((resolve) => {
			const socket = new WebSocket(url);
			socket.on('unexpected-response', (_, response) => resolve(response.statusCode));
			socket.on('error', () => undefined);
		});
		expect(status).toBe(429);
		await joinPlain(server.port, id, { token: await server.token('乙', 'archivist') });
		for (const socket of sockets) socket.terminate();
	});

	it('frames that are none, and those of a page', async () => {
		const { server, id, token } = await aScene();
		const witness = await joinPlain(server.port, id, { token, by: '甲' });
		for (const frame of [
			'text',
			Uint8Array.of(),
			Uint8Array.of(255),
			Uint8Array.of(5, 0),
			Uint8Array.of(7, 0),
		]) {
			const socket = new WebSocket(`ws://127.0.0.1:${server.port}/yjs/entry:${id}?token=${token}`);
			const closed = new Promise((resolve) =>
				socket.on('close', (code, reason) => resolve([code, reason.toString()])),
			);
			await new Promise((resolve) => socket.on('open', resolve));
			socket.send(frame);
			expect(await closed).toEqual([4409, 'collaboration.unknown-message']);
		}
		witness.set('title', '如常');
		await eventually(async () => expect((await server.app.catalogue.entry(system, id)).title).toBe('如常'));
	});
});

describe('rights that end while a plain Yjs client is joined', () => {
	it.each(['token', 'session'])(
		'a %s: its socket closes, and coming back it is told for good',
		async (what) => {
			const { server, id, token } = await aScene();
			const plain = await joinPlain(
				server.port,
				id,
				what === 'token'
					? { token, by: '甲' }
					: { cookie: await server.cookie('甲', 'archivist'), origin: server.origin, by: '甲' },
			);
			const personId = await idOf(server, '甲');
			if (what === 'session') await server.app.permissions.signOutEverywhere(personId);
			else {
				const [known] = await server.app.permissions.tokens.list(personId);
				await server.app.administration.people.revokeToken(personId, known?.id ?? '', OPS);
			}
			plain.set('title', '不许');
			await eventually(() => expect(plain.closes[0]?.code).toBe(4501));
			await eventually(() =>
				expect(plain.ended()).toEqual({
					code: 4401,
					reason: what === 'token' ? 'permissions.bad-token' : 'permissions.sign-in',
				}),
			);
			expect((await server.app.catalogue.entry(system, id)).title).toBe('题');
		},
	);

	it('rights that only changed: it comes back by itself, with those of now', async () => {
		const { server, id, token } = await aScene();
		const plain = await joinPlain(server.port, id, { token, by: '甲' });
		await server.app.administration.people.update(
			await idOf(server, '甲'),
			{ role: 'administrator', fonds: null, accessStatuses: null },
			OPS,
		);
		await eventually(() => expect(plain.closes.map((each) => each.code)).toEqual([4501]));
		plain.set('title', '仍许');
		await eventually(async () => expect((await server.app.catalogue.entry(system, id)).title).toBe('仍许'));
		expect(plain.ended()).toBeUndefined();
	});

	it('an entry that goes to another fonds is closed to it', async () => {
		const { server, token } = await aScene();
		const mine = await aMadeEntry(server.app, { title: '甲全宗', level: 'fonds' });
		const other = await aMadeEntry(server.app, { title: '乙全宗', level: 'fonds' });
		const file = await aMadeEntry(server.app, { title: '案卷', level: 'file', parentId: mine });
		await server.app.administration.people.update(
			await idOf(server, '甲'),
			{ role: 'archivist', fonds: [mine], accessStatuses: null },
			OPS,
		);
		const plain = await joinPlain(server.port, file, { token, by: '甲' });
		await server.app.collaboration.setField(file, 'parent', other, OPS);
		await eventually(() =>
			expect(plain.ended()).toEqual({ code: 4409, reason: 'collaboration.unknown-document' }),
		);
	});
});
