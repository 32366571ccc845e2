import { HocuspocusProvider } from '@hocuspocus/provider';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { describe, expect, it } from 'vitest';
import { fieldValuesOf, setField } from '#sync/field-values.ts';
import { aMadeEntry, anImportedEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { startTestServer } from '#tests/support/server.ts';

const OPS = { id: 'system:ops', name: 'ops', via: 'cli' };

describe('rows follow the log', () => {
	it('many settings of one entry at once: each is in the row when its call returns, and the last is searched', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '旧' });
		const { catalogue, collaboration } = server.app;
		await Promise.all(
			Array.from({ length: 12 }, async (_, index) => {
				const seq = await collaboration.setField(id, 'title', `第${index}次`, OPS);
				const row = await server.app.storage.db
					.selectFrom('entry')
					.select('projected_seq')
					.where('id', '=', id)
					.executeTakeFirstOrThrow();
				expect(row.projected_seq).toBeGreaterThanOrEqual(seq);
			}),
		);
		const { title } = await catalogue.entry(system, id);
		expect((await catalogue.search(system, title, 0, 10)).total).toBe(1);
	});

	it('a sync message of a type that does not exist is refused, not logged', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '旧' });
		const client = await joinLive(server.port, id, {
			token: await server.token('甲', 'archivist'),
			by: '甲',
		});
		const before = await server.app.storage.log.head(`entry:${id}`);
		const scratch = new Y.Doc();
		Y.applyUpdate(scratch, Y.encodeStateAsUpdate(client.doc));
		const vector = Y.encodeStateVector(scratch);
		setField(fieldValuesOf(scratch), 'title', '偷', { id: 'x', by: '甲', at: new Date().toISOString() });
		const encoder = encoding.createEncoder();
		encoding.writeVarString(encoder, `entry:${id}`);
		for (const number of [0, 7]) encoding.writeVarUint(encoder, number);
		encoding.writeVarUint8Array(encoder, Y.encodeStateAsUpdate(scratch, vector));
		(client.provider as HocuspocusProvider).configuration.websocketProvider.send(
			encoding.toUint8Array(encoder),
		);
		await eventually(() => expect(client.refusals).toContain('collaboration.unknown-message'));
		expect(await server.app.storage.log.head(`entry:${id}`)).toBe(before);
	});
});

describe('an imported entry that was only opened', () => {
	it('is as much in the archive after a restart as before', async () => {
		const server = await startTestServer();
		const id = await anImportedEntry(server.app, '题');
		await joinLive(server.port, id, { token: await server.token('甲', 'archivist') });
		await server.stop();
		const again = await startTestServer({ dataDir: server.dataDir });
		const row = await again.app.storage.db
			.selectFrom('entry')
			.select('projected_seq')
			.where('id', '=', id)
			.executeTakeFirstOrThrow();
		expect(row.projected_seq).toBe(0);
	});

	it('stays withdrawn when it was', async () => {
		const server = await startTestServer();
		const id = await anImportedEntry(server.app, '题');
		await server.app.storage.db
			.updateTable('entry')
			.set({ status: 'deleted' })
			.where('id', '=', id)
			.execute();
		const client = await joinLive(server.port, id, { token: await server.token('甲', 'archivist') });
		expect(client.values('status')).toEqual(['deleted']);
	});
});
