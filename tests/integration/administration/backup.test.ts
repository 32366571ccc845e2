import { existsSync, readdirSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { fieldValuesOf, setField } from '#sync/field-values.ts';
import { verifyBackup } from '#server/administration/backup/restore.ts';
import { verify } from '#server/preservation/ocfl-verify.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { anArchive, back, ops, quiet, restore } from '#tests/support/backed-up.ts';
import { system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { startTestServer } from '#tests/support/server.ts';

/** A setting of the title by somebody who sees this state of the document and nothing later. */
function apart(seen: Y.Doc, title: string): Uint8Array {
	const doc = new Y.Doc();
	Y.applyUpdate(doc, Y.encodeStateAsUpdate(seen));
	const before = Y.encodeStateVector(doc);
	setField(fieldValuesOf(doc), 'title', title, {
		id: createId<string>(),
		by: ops.id,
		at: new Date().toISOString(),
	});
	return Y.encodeStateAsUpdate(doc, before);
}

/** What a restore must bring back, from a data directory nobody holds. */
async function contentOf(dataDir: string) {
	const storage = await openStorage({ dataDir });
	try {
		const { db } = storage;
		const found = await sql<{ rowid: number }>`
			select rowid from entry_text where entry_text match '"档"' order by rowid`.execute(db);
		return {
			entries: await db.selectFrom('entry').selectAll().orderBy('row_id').execute(),
			log: await db.selectFrom('log_update').selectAll().orderBy('seq').execute(),
			cold: await db.selectFrom('log_cold').selectAll().orderBy('id').execute(),
			kept: await db.selectFrom('log_kept').selectAll().orderBy('doc').execute(),
			changes: await db.selectFrom('entry_change').selectAll().orderBy('id').execute(),
			deposits: await db.selectFrom('deposit').selectAll().orderBy('id').execute(),
			people: await db.selectFrom('user').selectAll().orderBy('id').execute(),
			tokens: await db.selectFrom('api_token').select(['id', 'hash']).orderBy('id').execute(),
			found: found.rows,
		};
	} finally {
		await storage.close();
	}
}

describe('a backup', () => {
	it('brings all back: rows, search, conflicts, log, versions, accounts; a new lineage, no sessions', async () => {
		const { server, ids, folder } = await anArchive();
		const id = ids[0] as EntryId;
		const token = await server.token('甲', 'archivist');
		await server.cookie('乙', 'archivist');
		const opened = await joinLive(server.port, id, { token, by: '甲' });
		// Two settings that did not see each other: a conflict.
		const updates = ['甲写的', '乙写的'].map((title) => apart(opened.doc, title));
		for (const update of updates)
			await server.app.collaboration.takeUpdate(`entry:${id}`, update, ops, { person: system, alsoBy: [] });
		opened.close();
		expect((await server.app.catalogue.entry(system, id)).conflicts['title']).toHaveLength(2);
		// One of the logs is compacted.
		const compacted = ids[1] as EntryId;
		await server.app.collaboration.setField(compacted, 'title', '乙号之二', ops);
		await server.app.preservation.depositNow(compacted);
		expect(await server.app.collaboration.compact({ idleMs: -1000, minRows: 2 })).toMatchObject({
			documents: 1,
		});
		// The registers of the holdings go into the store by themselves: all of them are there before it is copied.
		await server.app.preservation.flush('demand');
		const { objects } = verify(join(server.dataDir, 'archive'));
		expect(objects).toBeGreaterThan(ids.length);
		const file = join(folder, '备份.tar.gz');
		const made = await back(server.app, file);
		expect(made).toMatchObject({ file, objects });
		await server.stop();
		const before = await contentOf(server.dataDir);

		const dir = join(folder, 'restored');
		const restored = await restore(file, dir);
		expect(restored).toMatchObject({
			dir,
			entries: made.entries,
			objects,
			atSeq: made.atSeq,
			fromLineage: made.lineage,
		});
		expect(restored.lineage).not.toBe(made.lineage);
		expect(await contentOf(dir)).toEqual(before);
		expect(before.found.length).toBeGreaterThan(0);
		expect(verify(join(dir, 'archive'))).toMatchObject({ valid: true, errors: [], objects });
		const again = await startTestServer({ dataDir: dir });
		const { db } = again.app.storage;
		expect((await again.app.catalogue.entry(system, id)).conflicts['title']).toHaveLength(2);
		await again.app.collaboration.setField(compacted, 'title', '乙号之三', ops);
		expect((await again.app.catalogue.timeline(system, compacted)).steps).not.toHaveLength(0);
		expect(await db.selectFrom('session').selectAll().execute()).toEqual([]);
		const settings = await db.selectFrom('setting').selectAll().where('key', 'like', 'log.%').execute();
		expect(Object.fromEntries(settings.map(({ key, value }) => [key, JSON.parse(value) as unknown]))).toEqual(
			{
				'log.lineage': restored.lineage,
				'log.restored': { at: expect.any(String), fromLineage: made.lineage, atSeq: made.atSeq },
			},
		);
		// The token still opens the door, and deposits go on.
		const client = await joinLive(again.port, id, { token, by: '甲' });
		client.set('title', '恢复之后');
		await client.durable();
		expect(await again.app.preservation.depositNow(id)).toMatchObject({ version: 'v3' });
		expect(await again.app.preservation.verify()).toMatchObject({ valid: true, errors: [], warnings: [] });
	});

	it('waits with versions, not with edits, and says so when two are asked for', async () => {
		const { server, ids, folder } = await anArchive();
		const [id] = ids as [EntryId];
		const release = await server.app.preservation.hold();
		const backing = back(server.app, join(folder, 'a.tar'));
		await expect(back(server.app, join(folder, 'b.tar'))).rejects.toMatchObject({ code: 'backup.running' });
		await server.app.collaboration.setField(id, 'title', '新', ops);
		let isDeposited = false;
		const deposit = server.app.preservation.depositNow(id).finally(() => (isDeposited = true));
		await backing;
		expect(isDeposited).toBe(false);
		expect((await server.app.catalogue.entry(system, id)).title).toBe('新');
		release();
		expect(await deposit).toMatchObject({ version: 'v2' });
	});

	it('is recorded: audit line and setting', async () => {
		const { server, folder } = await anArchive();
		expect(await server.app.administration.backups.last()).toBeUndefined();
		const made = await back(server.app, join(folder, 'a.tar'));
		expect(await server.app.administration.backups.last()).toMatchObject({
			file: 'a.tar',
			sha512: made.sha512,
			bytes: made.bytes,
		});
		const rows = await server.app.storage.db
			.selectFrom('audit')
			.selectAll()
			.where('action', '=', 'backup')
			.execute();
		expect(rows).toMatchObject([{ actor_name: 'ops', object: made.file }]);
		expect(JSON.parse(rows[0]?.detail ?? '')).toMatchObject({ sha512: made.sha512 });
	});

	it('replaces a file only when told, and never writes into the archive', async () => {
		const { server, folder } = await anArchive();
		const file = join(folder, 'a.tar');
		await writeFile(file, 'mine');
		await expect(back(server.app, file)).rejects.toMatchObject({ code: 'backup.exists' });
		expect(await readFile(file, 'utf8')).toBe('mine');
		await back(server.app, file, quiet.signal, true);
		expect((await verifyBackup(file, quiet)).valid).toBe(true);
		for (const inside of ['archive/a.tar', 'archive/x/../a.tar', 'lantai.sqlite', 'secret'])
			await expect(back(server.app, join(server.dataDir, inside), quiet.signal, true)).rejects.toMatchObject({
				code: 'backup.inside',
			});
		await expect(back(server.app, join(folder, 'no/such/a.tar'))).rejects.toMatchObject({
			code: 'backup.target',
		});
	});

	it('is refused while the store is away, whose versions the database names', async () => {
		const { server, folder } = await anArchive();
		const store = join(server.dataDir, 'archive');
		await rename(store, `${store}-away`);
		const file = join(folder, 'whole.tar');
		await expect(back(server.app, file)).rejects.toMatchObject({ code: 'preservation.root-missing' });
		// As in an archive that holds registers, codes and accounts, and no edited entry yet.
		await server.app.storage.db.deleteFrom('deposit').execute();
		await expect(back(server.app, file)).rejects.toMatchObject({ code: 'preservation.root-missing' });
		expect(readdirSync(folder)).toEqual(['data']);
		await rename(`${store}-away`, store);
		await back(server.app, file);
		expect(existsSync(file)).toBe(true);
	});
});

it('an older backup and a client that holds later edits come together without loss', async () => {
	const { server, ids, folder } = await anArchive();
	const [id] = ids as [EntryId];
	const token = await server.token('甲', 'archivist');
	const client = await joinLive(server.port, id, { token, by: '甲' });
	client.set('title', '备份之前');
	await client.durable();
	const file = join(folder, 'older.tar');
	await back(server.app, file);
	client.set('title', '备份之后');
	client.set('scope', '只在设备上');
	await client.durable();
	const { doc } = client;
	client.socket.disconnect();
	await server.stop();

	const dir = join(folder, 'restored');
	await restore(file, dir);
	const again = await startTestServer({ dataDir: dir });
	expect((await again.app.catalogue.entry(system, id)).title).toBe('备份之前');
	const back2 = await joinLive(again.port, id, { token, by: '甲', doc });
	await back2.durable();
	await eventually(async () => {
		const entry = await again.app.catalogue.entry(system, id);
		expect([entry.title, entry.conflicts['title'] ?? []]).toEqual(['备份之后', []]);
	});
	await again.app.preservation.depositNow(id);
	expect(await again.app.preservation.verify()).toMatchObject({ valid: true, errors: [] });
});
