import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { entryDocName, bodyOf } from '#sync/entry-doc.ts';
import { aMadeEntry, anImportedEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive, type LiveClient } from '#tests/support/live-client.ts';
import { startTestServer, type TestServer } from '#tests/support/server.ts';
import { TroubledLog } from '#tests/support/troubled-log.ts';

async function aServer(): Promise<{ server: TestServer; log: TroubledLog; token: string }> {
	const log = new TroubledLog();
	const server = await startTestServer({ storage: log.wrap });
	return { server, log, token: await server.token('甲', 'archivist') };
}

const health = async ({ origin }: TestServer): Promise<number> => (await fetch(`${origin}/healthz`)).status;
const codes = (client: LiveClient): number[] => client.closes.map(({ code }) => code);
const type = (client: LiveClient, text: string): void => {
	const note = bodyOf(client.doc, 'note');
	const paragraph = new Y.XmlElement('paragraph');
	paragraph.insert(0, [new Y.XmlText(text)]);
	note.insert(note.length, [paragraph]);
};
const textOf = (client: LiveClient): string => bodyOf(client.doc, 'note').toString();

describe('a log that cannot be written', () => {
	it.each(['before', 'after'] as const)(
		'an I/O error %s the write closes editing with 4503; it comes back by itself and nothing is lost or doubled',
		async (writing) => {
			const { server, log, token } = await aServer();
			const id = await aMadeEntry(server.app, { title: '旧' });
			const imported = await anImportedEntry(server.app, '未打开');
			const one = await joinLive(server.port, id, { token, by: '甲' });
			const other = await joinLive(server.port, id, { token, by: '甲' });
			one.set('title', '确认过的');
			await one.durable();
			await eventually(() => expect(other.values('title')).toEqual(['确认过的']));

			log.writing = writing;
			one.set('title', '没有确认的');
			await eventually(() => {
				expect(codes(one)).toContain(4503);
				expect(codes(other)).toContain(4503);
			});
			expect(await health(server)).toBe(503);
			// Nobody was shown what is not in the log for sure.
			expect(other.values('title')).toEqual(['确认过的']);
			// Typed while nobody is connected.
			type(one, '断开时写的');
			type(other, '另一人写的');
			const late = await joinLive(server.port, imported, { token, by: '甲', wait: false });
			// Tried and refused at least once more.
			const { length } = one.closes;
			await eventually(() => expect(one.closes.length).toBeGreaterThan(length));
			expect(late.provider.synced).toBe(false);

			log.writing = 'well';
			await eventually(async () => expect(await health(server)).toBe(200));
			for (const client of [one, other])
				await eventually(() => {
					expect(client.provider.synced).toBe(true);
					expect(client.values('title')).toEqual(['没有确认的']);
					expect(textOf(client)).toContain('断开时写的');
					expect(textOf(client)).toContain('另一人写的');
				});
			await eventually(() => expect(late.values('title')).toEqual(['未打开']));
			// A bare provider may send what it typed before what that rests on, and is told so; nothing else is refused.
			for (const refusal of [one.refusals, other.refusals, late.refusals].flat())
				expect(refusal).toBe('collaboration.missing-history');
			await one.durable();
			await other.durable();
			await eventually(async () =>
				expect((await server.app.catalogue.entry(system, id)).title).toBe('没有确认的'),
			);
			const changes = await server.app.storage.db
				.selectFrom('entry_change')
				.select('element_id')
				.where('doc', '=', entryDocName(id))
				.where('field', '=', 'title')
				.execute();
			expect(new Set(changes.map(({ element_id }) => element_id)).size).toBe(changes.length);
			// From the log alone, as the next process would read it.
			const again = new Y.Doc();
			for (const { payload } of await server.app.storage.log.read(entryDocName(id)))
				Y.applyUpdate(again, payload);
			expect(bodyOf(again, 'note').toString()).toBe(textOf(one));
		},
	);

	it('an imported entry that cannot be begun is no refusal: its reader comes back and gets it', async () => {
		const { server, log, token } = await aServer();
		const imported = await anImportedEntry(server.app, '未打开');
		log.writing = 'before';
		const client = await joinLive(server.port, imported, { token, by: '甲', wait: false });
		await eventually(() => expect(codes(client)).toContain(4503));
		expect(await health(server)).toBe(503);
		log.writing = 'well';
		await eventually(() => expect(client.values('title')).toEqual(['未打开']));
		expect(client.refusals).toEqual([]);
		expect(await health(server)).toBe(200);
	});

	it('work pushed over HTTP is told to try again, and then taken', async () => {
		const { server, log } = await aServer();
		const id = await aMadeEntry(server.app, { title: '旧' });
		log.writing = 'before';
		const failing = server.app.collaboration.setField(id, 'title', '新', {
			id: 'ops',
			name: 'ops',
			via: 'cli',
		});
		await expect(failing).rejects.toMatchObject({ code: 'collaboration.log-failed', status: 503 });
		log.writing = 'well';
		await eventually(async () => expect(await health(server)).toBe(200));
		await server.app.collaboration.setField(id, 'title', '新', { id: 'ops', name: 'ops', via: 'cli' });
		expect((await server.app.catalogue.entry(system, id)).title).toBe('新');
	});
});

describe('a document that cannot be loaded', () => {
	it('for a while: everybody who waits for it comes back and has what they typed; others go on', async () => {
		const { server, log, token } = await aServer();
		const id = await aMadeEntry(server.app, { title: '读不出' });
		const good = await aMadeEntry(server.app, { title: '好的' });
		const doc = entryDocName(id);
		const other = await joinLive(server.port, good, { token, by: '甲' });
		log.unreadable.add(doc);
		log.hold(doc);
		const waiting = [0, 1, 2].map(() => joinLive(server.port, id, { token, by: '甲', wait: false }));
		const clients = await Promise.all(waiting);
		for (const [index, client] of clients.entries()) type(client, `第 ${index} 人`);
		await eventually(() => expect(log.waiting).toContain(doc));
		log.release(doc);
		await eventually(() => {
			for (const client of clients) expect(codes(client)).toContain(4503);
		});
		// Writing is well, and so is everything else.
		expect(await health(server)).toBe(200);
		other.set('title', '照常');
		await other.durable();
		expect(codes(other)).toEqual([]);

		log.unreadable.delete(doc);
		for (const client of clients)
			await eventually(() => {
				expect(client.values('title')).toEqual(['读不出']);
				for (const index of clients.keys()) expect(textOf(client)).toContain(`第 ${index} 人`);
			});
		expect(clients.flatMap(({ refusals }) => refusals)).toEqual([]);
		for (const client of clients) await client.durable();
	});

	it('for good: it is said so, once, and other documents of the same socket stay open', async () => {
		const { server, token } = await aServer();
		const id = await aMadeEntry(server.app, { title: '坏了' });
		const doc = entryDocName(id);
		await server.app.storage.db
			.updateTable('log_update')
			.set({ payload: new Uint8Array([9, 9, 9]) })
			.where('doc', '=', doc)
			.execute();
		const client = await joinLive(server.port, id, { token, by: '甲', wait: false });
		await eventually(() => expect(client.refusals).toEqual(['collaboration.unreadable-document']));
		expect(codes(client)).toEqual([]);
	});

	it('slowly: other documents go on meanwhile, and what is typed meanwhile arrives', async () => {
		const { server, log, token } = await aServer();
		const slow = await aMadeEntry(server.app, { title: '慢' });
		const fast = await aMadeEntry(server.app, { title: '快' });
		const doc = entryDocName(slow);
		log.hold(doc);
		const [first, second] = (await Promise.all(
			[0, 1].map(() => joinLive(server.port, slow, { token, by: '甲', wait: false })),
		)) as [LiveClient, LiveClient];
		await eventually(() => expect(log.waiting).toContain(doc));
		type(first, '等待时写的');
		type(second, '另一人等待时写的');
		const client = await joinLive(server.port, fast, { token, by: '甲' });
		for (const title of ['一', '二', '三']) {
			client.set('title', title);
			await client.durable();
		}
		await eventually(async () => expect((await server.app.catalogue.entry(system, fast)).title).toBe('三'));
		expect([first.provider.synced, second.provider.synced]).toEqual([false, false]);
		// What nobody can read yet is nobody's answer either.
		const edited = server.app.collaboration.setField(slow, 'title', '服务器改的', {
			id: 'ops',
			name: 'ops',
			via: 'cli',
		});
		expect(await health(server)).toBe(200);

		log.release(doc);
		await edited;
		for (const each of [first, second])
			await eventually(() => {
				expect(each.values('title')).toEqual(['服务器改的']);
				expect(textOf(each)).toContain('等待时写的');
				expect(textOf(each)).toContain('另一人等待时写的');
			});
		await first.durable();
		await second.durable();
		expect([codes(first), codes(second), codes(client)]).toEqual([[], [], []]);
	});

	it('left again while it loads, it does not stay', async () => {
		const { server, log, token } = await aServer();
		const id = await aMadeEntry(server.app, { title: '慢' });
		const doc = entryDocName(id);
		log.hold(doc);
		const client = await joinLive(server.port, id, { token, by: '甲', wait: false });
		await eventually(() => expect(log.waiting).toContain(doc));
		client.close();
		await eventually(() => expect(server.app.collaboration.socketCount).toBe(0));
		log.release(doc);
		await eventually(() => expect(server.app.collaboration.documentCount).toBe(0));
	});
});
