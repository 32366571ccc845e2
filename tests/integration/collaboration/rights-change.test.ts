import { describe, expect, it } from 'vitest';
import type { EntryId, PersonId } from '#domain/base/ids.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { aMadeEntry } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { startTestServer, type TestServer } from '#tests/support/server.ts';

const OPS = { id: 'system:ops', name: 'ops', via: 'cli' };

/** Two fonds, the first with a file and an item in it. */
async function aScene(): Promise<{
	server: TestServer;
	mine: EntryId;
	other: EntryId;
	file: EntryId;
	item: EntryId;
}> {
	const server = await startTestServer();
	const mine = await aMadeEntry(server.app, { title: '甲全宗', level: 'fonds' });
	const other = await aMadeEntry(server.app, { title: '乙全宗', level: 'fonds' });
	const file = await aMadeEntry(server.app, { title: '案卷', level: 'file', parentId: mine });
	const item = await aMadeEntry(server.app, { title: '件', level: 'item', parentId: file });
	return { server, mine, other, file, item };
}

async function idOf(server: TestServer, name: string): Promise<string> {
	const { db } = server.app.storage;
	return (await db.selectFrom('user').select('id').where('name', '=', name).executeTakeFirstOrThrow()).id;
}

describe('rights that change while a socket is open', () => {
	it('an entry that goes to another fonds, with what is above it, is open no more to who works in the first', async () => {
		const { server, mine, other, file, item } = await aScene();
		const token = await server.token('甲', 'archivist');
		await server.app.administration.people.update(
			await idOf(server, '甲'),
			{ role: 'archivist', fonds: [mine], accessStatuses: null },
			OPS,
		);
		const moving = await joinLive(server.port, item, { token, by: '甲' });
		const staying = await joinLive(server.port, mine, { token, by: '甲' });
		const everywhere = await joinLive(server.port, item, { token: await server.token('乙', 'archivist') });
		await server.app.collaboration.setField(file, 'parent', other, OPS);
		await eventually(() => expect(moving.refusals).toContain('collaboration.unknown-document'));
		const before = await server.app.storage.log.head(`entry:${item}`);
		moving.set('title', '不许');
		staying.set('title', '仍许');
		await staying.durable();
		expect(await server.app.storage.log.head(`entry:${item}`)).toBe(before);
		expect(everywhere.closes).toEqual([]);
	});

	it.each(['role', 'fonds', 'disabled'] as const)('%s: the socket ends at once', async (what) => {
		const { server, item, other } = await aScene();
		const client = await joinLive(server.port, item, {
			token: await server.token('甲', 'archivist'),
			by: '甲',
		});
		const id = await idOf(server, '甲');
		const { people } = server.app.administration;
		if (what === 'disabled') await people.setDisabled(id, true, OPS);
		else
			await people.update(
				id,
				{
					role: what === 'role' ? 'reader' : 'archivist',
					fonds: what === 'fonds' ? [other] : null,
					accessStatuses: null,
				},
				OPS,
			);
		await eventually(() => expect(client.closes.map((each) => each.code)).toContain(4401));
		client.set('title', '不许');
		await eventually(() => expect(client.refusals.length).toBeGreaterThan(0));
		expect(
			await server.app.storage.db.selectFrom('entry').select('title').where('id', '=', item).execute(),
		).toEqual([{ title: '件' }]);
	});

	it('a token that is ended takes its sockets along', async () => {
		const { server, item } = await aScene();
		const token = await server.token('甲', 'archivist');
		const client = await joinLive(server.port, item, { token, by: '甲' });
		const id = await idOf(server, '甲');
		const [known] = await server.app.permissions.tokens.list(id);
		await server.app.administration.people.revokeToken(id, known?.id ?? '', OPS);
		await eventually(() => expect(client.closes.map((each) => each.code)).toContain(4401));
	});

	it('an identity with rights of before is not alive, however it slipped in', async () => {
		const { server } = await aScene();
		const identity = await server.app.permissions.personOfToken(await server.token('甲', 'archivist'));
		const { db } = server.app.storage;
		expect(await server.app.permissions.isAlive(identity!)).toBe(true);
		await db.updateTable('user').set({ role: 'reader' }).where('name', '=', '甲').execute();
		expect(await server.app.permissions.isAlive(identity!)).toBe(false);
	});
});

describe('who is limited to some fonds', () => {
	it('neither sees nor undoes an import of another', async () => {
		const { server, mine, other } = await aScene();
		const { app } = server;
		const limited = (fonds: EntryId): Person => ({
			id: 'p' as PersonId,
			name: '甲',
			role: 'archivist',
			fonds: [fonds],
			accessStatuses: null,
		});
		const { uploadId } = await app.imports.stage(
			(await import('node:stream')).Readable.from([Buffer.from('题名,页数\n合成件,1\n')]),
			'list.csv',
			OPS,
		);
		const running = { onProgress: () => undefined, signal: new AbortController().signal };
		const { importId } = await app.importDesk.run(
			{ person: limited(other), via: null },
			{ uploadId, under: other, profile: 'dat18' },
			running,
		);
		expect(await app.importDesk.list(limited(mine))).toEqual([]);
		expect(await app.importDesk.list(limited(other))).toHaveLength(1);
		await expect(
			app.importDesk.undo({ person: limited(mine), via: null }, importId, true),
		).rejects.toMatchObject({
			code: 'permissions.denied',
		});
		expect(await app.importDesk.undo({ person: limited(other), via: null }, importId, true)).toMatchObject({
			kept: [],
		});
	});
});
