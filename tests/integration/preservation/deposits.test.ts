import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { readEntryDoc } from '#sync/entry-doc.ts';
import { OcflStore } from '#server/preservation/ocfl-store.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { aFolder, startTestServer } from '#tests/support/server.ts';
import { cleanVerdict } from '#tests/support/ocfl.ts';

const ops = { id: 'system:ops', name: 'ops', via: 'cli' };

describe('an edited entry', () => {
	it('goes from the server to the archive when it settles, and says so', async () => {
		const server = await startTestServer({ idleMs: 300 });
		const id = await aMadeEntry(server.app, { title: '一' });
		expect((await server.app.catalogue.entry(system, id)).state).toBe('server');
		const first = await eventually(async () => {
			const detail = await server.app.catalogue.entry(system, id);
			expect(detail.state).toBe('archive');
			return detail;
		});
		expect(first.versions.map((each) => each.version)).toEqual(['v1']);
		const client = await joinLive(server.port, id, {
			token: await server.token('甲', 'archivist'),
			by: '甲',
		});
		client.set('title', '二');
		await client.durable();
		await eventually(async () =>
			expect((await server.app.catalogue.entry(system, id)).versions.map((each) => each.version)).toEqual([
				'v1',
				'v2',
			]),
		);
		const store = new OcflStore(join(server.dataDir, 'archive'), join(server.dataDir, 'x'));
		const text = (name: string, version?: string): string =>
			Buffer.from(store.readFile(`urn:uuid:${id}`, name, version) ?? []).toString('utf8');
		expect((JSON.parse(text('entry.json')) as { fields: { title: string } }).fields.title).toBe('二');
		expect((JSON.parse(text('entry.json', 'v1')) as { fields: { title: string } }).fields.title).toBe('一');
		expect(
			text('changes.jsonl')
				.trim()
				.split('\n')
				.map((line) => JSON.parse(line) as { to: string; from: string[]; actor_name: string }),
		).toEqual([expect.objectContaining({ field: 'title', from: ['一'], to: '二', actor_name: '甲' })]);
		expect(JSON.parse(text('deposit.json'))).toMatchObject({
			kind: 'working',
			reason: 'settled',
			actors: [{ name: '甲' }],
		});
		const doc = new Y.Doc();
		Y.applyUpdate(doc, store.readFile(`urn:uuid:${id}`, 'state.yjs') as Uint8Array);
		expect(
			readEntryDoc(doc)
				.elements.get('title')
				?.map((each) => each.value),
		).toEqual(['二']);
		// With the people and the settings.
		expect(await server.app.preservation.verify()).toEqual(cleanVerdict(3));
	});

	it('is taken up again after a stop, and is not written twice after a crash between store and database', async () => {
		const dataDir = await aFolder();
		const one = await startTestServer({ dataDir });
		const id = await aMadeEntry(one.app, { title: '一' });
		await one.app.preservation.depositNow(id);
		await one.app.storage.db.deleteFrom('deposit').execute();
		await one.app.storage.db.updateTable('entry').set({ deposited_seq: null }).execute();
		await one.stop();
		const two = await startTestServer({ dataDir, idleMs: 100 });
		const detail = await eventually(async () => {
			const read = await two.app.catalogue.entry(system, id);
			expect(read.state).toBe('archive');
			return read;
		});
		expect(detail.versions.map((each) => each.version)).toEqual(['v1']);
		expect(
			new OcflStore(join(dataDir, 'archive'), join(dataDir, 'x')).listVersions(`urn:uuid:${id}`),
		).toHaveLength(1);
	});

	it('editing goes on while the store cannot be written, and versions follow when it can', async () => {
		const server = await startTestServer({ idleMs: 60_000 });
		const id = await aMadeEntry(server.app, { title: '一' });
		const archive = join(server.dataDir, 'archive');
		renameSync(archive, `${archive}-away`);
		writeFileSync(archive, 'in the way');
		await expect(server.app.preservation.depositNow(id)).rejects.toThrow();
		await server.app.collaboration.setField(id, 'title', '二', ops);
		expect((await server.app.catalogue.entry(system, id)).title).toBe('二');
		rmSync(archive);
		renameSync(`${archive}-away`, archive);
		expect(await server.app.preservation.depositNow(id)).toMatchObject({ version: 'v1' });
		await eventually(() => expect(server.app.preservation.status().state).toBe('ok'), 20_000);
	});
});
