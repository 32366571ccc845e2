import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { richTextOf } from '#domain/catalogue/rich-text.ts';
import { bodyOf, entryDocName, readEntryDoc } from '#sync/entry-doc.ts';
import { fieldValuesOf, setField } from '#sync/field-values.ts';
import { reviewDocName } from '#sync/review-doc.ts';
import { fillFragment } from '#sync/rich-text-fragment.ts';
import type { App } from '#server/app.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import type { Storage } from '#server/storage/storage.ts';
import { aConflict, personOf } from '#tests/support/conflicts.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { aLoggedEntry } from '#tests/support/logged-entries.ts';
import { aFolder, startTestServer } from '#tests/support/server.ts';
import { spawnServer } from '#tests/support/server-process.ts';

const NOW = { idleMs: -1000, minRows: 2 };
const DAY_MS = 86_400_000;
const ACTOR = { id: 'ops', name: 'ops', via: 'cli' };

/** Sets, writes and says things about an entry until its log has many rows. */
async function work(app: App, id: EntryId, rounds: number): Promise<void> {
	for (let round = 0; round < rounds; round++) {
		await app.collaboration.setField(id, 'title', `题名 ${round}`, ACTOR);
		await app.collaboration.edit(id, ACTOR, (copy) => {
			const text = bodyOf(copy, 'scopeAndContent');
			text.delete(0, text.length);
			fillFragment(text, richTextOf(`第 ${round} 稿`));
			return true;
		});
	}
}

async function docOf(storage: Storage, name: string): Promise<Y.Doc> {
	const doc = new Y.Doc();
	for (const { payload } of await storage.log.read(name)) Y.applyUpdate(doc, payload);
	return doc;
}

async function seen(app: App, id: EntryId): Promise<unknown> {
	const { storage, catalogue } = app;
	const { versions, ...entry } = await catalogue.entry(system, id);
	return {
		entry,
		versions: versions.length,
		timeline: await catalogue.timeline(system, id),
		heads: await storage.db.selectFrom('log_head').selectAll().orderBy('doc').execute(),
		rows: await storage.db.selectFrom('entry').selectAll().orderBy('id').execute(),
		conflicts: await storage.db.selectFrom('conflict').selectAll().orderBy('field').execute(),
		comments: await storage.db.selectFrom('comment').selectAll().orderBy('id').execute(),
		proposals: await storage.db.selectFrom('proposal').selectAll().orderBy('id').execute(),
	};
}

describe('compaction', () => {
	it('changes nothing that anybody sees: values, conflicts, timeline, positions, versions, what a device is told', async () => {
		const { app } = await startTestServer();
		const id = await aMadeEntry(app, { title: '初' });
		await work(app, id, 12);
		const [one, other] = [await personOf(app, '甲'), await personOf(app, '乙')];
		await aConflict(app, id, 'title', [
			{ by: one, value: '甲说' },
			{ by: other, value: '乙说' },
		]);
		await app.proposals.propose({ person: system, via: null }, id, 'title', '丙说', '理由');
		await app.preservation.depositNow(id);
		const before = await seen(app, id);
		expect(before).toMatchObject({ entry: { state: 'archive' } });
		const { seq } = await app.collaboration.sync.load(entryDocName(id), undefined, system);

		const report = await app.collaboration.compact(NOW);
		expect(report).toMatchObject({ documents: 1, inUse: 0, kept: [], forgotten: 0 });
		expect(report.rows).toBeGreaterThan(24);
		expect(report.bytesAfter).toBeLessThan(report.bytesBefore);
		expect(await app.storage.log.read(entryDocName(id))).toMatchObject([{ kind: 'snapshot', seq }]);
		expect(await seen(app, id)).toEqual(before);
		expect(await app.collaboration.sync.load(entryDocName(id), seq, system)).toMatchObject({
			seq,
			state: null,
		});
		expect(await app.preservation.depositNow(id)).toBeUndefined();
		// Projected anew from the snapshot, the rows say the same, but for when.
		await app.collaboration.projected(id, seq);
		const again = await seen(app, id);
		expect({ ...(again as object), rows: 0 }).toEqual({ ...(before as object), rows: 0 });
		expect((await app.collaboration.compact(NOW)).documents).toBe(0);
	});

	it('a device that was away since before it merges, and a conflict still says what was replaced', async () => {
		const { app } = await startTestServer();
		const id = await aMadeEntry(app, { title: '初' });
		await work(app, id, 3);
		const device = await docOf(app.storage, entryDocName(id));
		const before = Y.encodeStateVector(device);
		await work(app, id, 9);
		await app.preservation.depositNow(id);
		expect(await app.collaboration.compact(NOW)).toMatchObject({ documents: 1 });

		const person = await personOf(app, '甲');
		const values = fieldValuesOf(device);
		setField(values, 'title', '离线时写的', {
			id: createId<string>(),
			by: person.id,
			at: '2026-01-01T00:00:00.000Z',
		});
		const late = bodyOf(device, 'scopeAndContent');
		late.insert(late.length, [new Y.XmlElement('paragraph')]);
		const update = Y.encodeStateAsUpdate(device, before);
		await app.collaboration.takeUpdate(
			entryDocName(id),
			update,
			{ id: person.id, name: person.name, via: null },
			{ person, alsoBy: [] },
		);
		const entry = await app.catalogue.entry(system, id);
		expect(entry.conflicts['title']).toMatchObject([
			{ value: '离线时写的', replaced: ['题名 2'] },
			{ value: '题名 8', replaced: ['题名 7'] },
		]);
		const server = await docOf(app.storage, entryDocName(id));
		Y.applyUpdate(device, Y.encodeStateAsUpdate(server, Y.encodeStateVector(device)));
		expect(readEntryDoc(device)).toEqual(readEntryDoc(server));
		// What came after the snapshot goes to the store with who wrote it, and may be compacted again.
		expect(await app.preservation.depositNow(id)).toMatchObject({ version: 'v2' });
		const stands = await seen(app, id);
		expect(await app.collaboration.compact(NOW)).toMatchObject({ documents: 1, kept: [] });
		expect(await seen(app, id)).toEqual(stands);
	});

	it('leaves what is open, what is warm, what has few rows, and what no version holds', async () => {
		const server = await startTestServer();
		const { app } = server;
		const ids: EntryId[] = [];
		for (const title of ['开着', '未入库', '少']) {
			const id = await aMadeEntry(app, { title });
			await work(app, id, title === '少' ? 1 : 12);
			if (title !== '未入库') await app.preservation.depositNow(id);
			ids.push(id);
		}
		const [open, undeposited, few] = ids as [EntryId, EntryId, EntryId];
		const token = await server.token('甲', 'archivist');
		const client = await joinLive(server.port, open, { token, by: '甲' });
		expect(await app.collaboration.compact({ idleMs: DAY_MS, minRows: 2 })).toMatchObject({
			documents: 0,
			inUse: 0,
		});
		expect(await app.collaboration.compact({ ...NOW, minRows: 20 })).toMatchObject({
			documents: 0,
			inUse: 1,
		});
		client.close();
		await eventually(async () =>
			expect(await app.collaboration.compact({ ...NOW, minRows: 20 })).toMatchObject({
				documents: 1,
				inUse: 0,
			}),
		);
		for (const id of [undeposited, few])
			for (const { kind } of await app.storage.log.read(entryDocName(id))) expect(kind).toBe('update');
	});

	it('an edit that comes while the snapshot is made wins; the document is left for the next time', async () => {
		const { app } = await startTestServer();
		const id = await aMadeEntry(app, { title: '初' });
		await work(app, id, 12);
		await app.preservation.depositNow(id);
		const compacting = app.collaboration.compact(NOW);
		const edited = app.collaboration.setField(id, 'title', '正在写', ACTOR);
		const [report] = await Promise.all([compacting, edited]);
		const doc = await docOf(app.storage, entryDocName(id));
		expect(readEntryDoc(doc).elements.get('title')).toMatchObject([{ value: '正在写' }]);
		const rows = await app.storage.log.read(entryDocName(id));
		// Whichever came first, nothing is lost and the head is the last row.
		expect(rows.at(-1)).toMatchObject({ kind: 'update', seq: await app.storage.log.head(entryDocName(id)) });
		expect(report.documents).toBe(rows[0]?.kind === 'snapshot' ? 1 : 0);
	});

	it('comments and proposals stay, and an accepted one is known to be applied', async () => {
		const { app } = await startTestServer();
		const id = await aMadeEntry(app, { title: '初' });
		await work(app, id, 3);
		for (let n = 0; n < 4; n++)
			await app.proposals.propose({ person: system, via: null }, id, 'title', `第 ${n} 个`, '');
		const archivist = { person: await personOf(app, '乙'), via: null };
		const [newest, ...others] = await app.proposals.list(archivist.person, { entryId: id });
		await app.proposals.decide(archivist, { id: newest?.id ?? '', verdict: 'accepted', why: '' });
		await app.preservation.depositNow(id);
		const before = await seen(app, id);
		expect(await app.collaboration.compact(NOW)).toMatchObject({ documents: 2, kept: [] });
		expect(await app.storage.log.read(reviewDocName(id))).toMatchObject([{ kind: 'snapshot' }]);
		expect(await seen(app, id)).toEqual(before);
		const applied = await app.storage.db
			.selectFrom('log_line')
			.select('seq')
			.where('via', '=', `proposal:${newest?.id}`)
			.execute();
		expect(applied).toHaveLength(1);
		const [open] = others;
		await app.proposals.decide(archivist, { id: open?.id ?? '', verdict: 'rejected', why: '不' });
		expect(await app.proposals.list(archivist.person, { entryId: id, state: 'rejected' })).toHaveLength(1);
	});

	it('keeps payloads aside for a time, then who wrote when and the last snapshot before', async () => {
		const { app } = await startTestServer();
		const { db } = app.storage;
		const id = await aMadeEntry(app, { title: '初' });
		const cold = async (): Promise<{ kind: string; isThere: boolean }[]> =>
			(await db.selectFrom('log_cold').select(['kind', 'payload']).orderBy('id').execute()).map(
				({ kind, payload }) => ({ kind, isThere: payload !== null }),
			);
		for (let round = 0; round < 3; round++) {
			await work(app, id, 2);
			await app.preservation.depositNow(id);
			expect(await app.collaboration.compact(NOW)).toMatchObject({ documents: 1, forgotten: 0 });
		}
		const timeline = await app.catalogue.timeline(system, id);
		expect((await cold()).every(({ isThere }) => isThere)).toBe(true);
		const rows = (await cold()).length;
		expect(await app.collaboration.compact({ ...NOW, graceMs: -1000 })).toMatchObject({
			documents: 0,
			forgotten: rows - 1,
		});
		expect((await cold()).filter(({ isThere }) => isThere)).toEqual([{ kind: 'snapshot', isThere: true }]);
		expect((await cold()).length).toBe(rows);
		expect(await app.catalogue.timeline(system, id)).toEqual(timeline);
	});

	it('a document that cannot be read is named and left, the others are compacted', async () => {
		const { app } = await startTestServer();
		const ids: EntryId[] = [];
		for (const title of ['好', '坏']) {
			const id = await aMadeEntry(app, { title });
			await work(app, id, 3);
			await app.preservation.depositNow(id);
			ids.push(id);
		}
		const [good, bad] = ids.map(entryDocName) as [string, string];
		const rows = await app.storage.log.read(bad);
		await app.storage.db
			.updateTable('log_update')
			.set({ payload: new Uint8Array([9, 9, 9]) })
			.where('seq', '=', rows[2]?.seq ?? 0)
			.execute();
		const report = await app.collaboration.compact(NOW);
		expect(report).toMatchObject({ documents: 1, kept: [{ doc: bad }] });
		expect(await app.storage.log.read(good)).toHaveLength(1);
		expect(await app.storage.log.read(bad)).toHaveLength(rows.length);
	});

	it('a process killed in the middle leaves every document whole', { timeout: 60_000 }, async () => {
		const dataDir = await aFolder();
		const first = await startTestServer({ dataDir });
		await first.stop();
		let storage = await openStorage({ dataDir, synchronous: 'off' });
		const says = new Map<string, unknown>();
		for (let index = 0; index < 150; index++) {
			const entry = await aLoggedEntry(storage, `合成 ${index}`);
			const writes = Array.from({ length: 24 }, (_, round) => entry.set('title', `题名 ${round}`));
			await Promise.all(writes);
			await entry.setApart('title', '甲', '乙');
			says.set(entryDocName(entry.id), readEntryDoc(entry.doc));
		}
		await storage.db
			.updateTable('entry')
			.set({ deposited_seq: Number.MAX_SAFE_INTEGER, projected_seq: Number.MAX_SAFE_INTEGER })
			.execute();
		await storage.db
			.updateTable('log_update')
			.set({ received_at: '2026-01-01T00:00:00.000Z' })
			.where('doc', 'like', 'entry:%')
			.execute();
		await storage.close();
		const compacted = (): number => {
			const beside = new DatabaseSync(join(dataDir, 'lantai.sqlite'), { readOnly: true });
			try {
				return Number(beside.prepare('select count(*) as n from log_kept').get()?.['n']);
			} finally {
				beside.close();
			}
		};
		const command = spawnServer(['log', 'compact', '--json', '--data', dataDir]);
		await eventually(() => expect(compacted()).toBeGreaterThan(3), 30_000);
		await command.kill('SIGKILL');
		const done = compacted();
		expect(done).toBeLessThan(150);

		storage = await openStorage({ dataDir });
		for (const [name, content] of says)
			expect(readEntryDoc(await docOf(storage, name)).elements).toEqual(
				(content as ReturnType<typeof readEntryDoc>).elements,
			);
		await storage.close();
		const again = spawnServer(['log', 'compact', '--json', '--data', dataDir]);
		expect(await again.ended).toBe(0);
		expect(JSON.parse(again.output().trim().split('\n').at(-1) ?? '')).toMatchObject({
			documents: 150 - done,
			kept: [],
		});
		storage = await openStorage({ dataDir });
		for (const [name, content] of says) {
			expect(await storage.log.read(name)).toHaveLength(1);
			expect(readEntryDoc(await docOf(storage, name)).elements).toEqual(
				(content as ReturnType<typeof readEntryDoc>).elements,
			);
		}
		await storage.close();
	});
});
