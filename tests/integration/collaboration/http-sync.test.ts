import { describe, expect, it } from 'vitest';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { fieldValuesOf } from '#sync/field-values.ts';
import { MAX_BATCH_BYTES, SYNC_PROTOCOL } from '#sync/sync-messages.ts';
import { readLineage } from '#server/storage/lineage.ts';
import { aMadeEntry, anImportedEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { startServerProcess } from '#tests/support/server-process.ts';
import { aFolder, startTestServer, type TestServer } from '#tests/support/server.ts';
import { SyncDevice, type Item } from '#tests/support/sync-client.ts';

async function aDevice(server: TestServer, name = '甲'): Promise<SyncDevice> {
	return new SyncDevice(server, await server.token(name, 'archivist'), name);
}

function logged(server: TestServer, id: string): Promise<number> {
	return server.app.storage.log.read(`entry:${id}`).then((updates) => updates.length);
}

describe('loading a document', () => {
	it('S1 a protocol that is not spoken is refused before anything is read', async () => {
		const server = await startTestServer();
		const device = await aDevice(server);
		const other = { protocol: SYNC_PROTOCOL + 1, shape: 'unknown' };
		for (const path of ['/api/sync/push', '/api/sync/recover'])
			expect(await device.post(path, other)).toMatchObject({
				status: 409,
				body: { refusal: { code: 'sync.too-old', params: { spoken: SYNC_PROTOCOL } } },
			});
		expect((await device.get('/api/sync/docs/entry:x?protocol=9')).status).toBe(409);
		expect(await device.post('/api/sync/push', { protocol: SYNC_PROTOCOL })).toMatchObject({
			status: 400,
			body: { refusal: { code: 'server.bad-request' } },
		});
	});

	it('S2 S3 gives the whole state, its position, the right to edit and the lineage; nothing when the asker has it', async () => {
		const server = await startTestServer();
		const { lineage } = await readLineage(server.app.storage);
		const made = await aMadeEntry(server.app, { title: '手工' });
		const imported = await anImportedEntry(server.app, '导入');
		const device = await aDevice(server);
		for (const [id, title] of [
			[made, '手工'],
			[imported, '导入'],
		] as const) {
			const { status, body } = await device.load(id);
			expect(status).toBe(200);
			expect(body).toMatchObject({ protocol: SYNC_PROTOCOL, lineage, doc: `entry:${id}`, canEdit: true });
			expect(device.values(id, 'title')).toEqual([title]);
			expect(body.seq).toBe(await server.app.storage.log.head(`entry:${id}`));
			expect((await device.load(id, body.seq)).body).toMatchObject({ seq: body.seq, state: null });
			expect((await device.load(id, body.seq - 1)).body.state).not.toBeNull();
		}
		// Loading began it, once; a live editor finds the same.
		const live = await joinLive(server.port, imported, { token: await server.token('乙', 'archivist') });
		expect(live.values('title')).toEqual(['导入']);
		expect(await logged(server, imported)).toBe(1);
		expect((await device.get('/api/me')).body).toMatchObject({
			lineage,
			protocol: SYNC_PROTOCOL,
			restoredAt: null,
		});
	});

	it('S10 readers get no document and push nothing, reviewers read, and what is not there or not for one is unknown', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '题', level: 'fonds' });
		const editor = await aDevice(server);
		await editor.load(id);
		const update = editor.set(id, 'title', '改');
		const reader = new SyncDevice(server, await server.token('读者', 'reader'), '读者');
		// Not theirs to see before it is registered.
		expect(await reader.load(id)).toMatchObject({
			status: 404,
			body: { refusal: { code: 'collaboration.unknown-document' } },
		});
		const shown = await anImportedEntry(server.app, '导入');
		expect(await reader.load(shown)).toMatchObject({
			status: 403,
			body: { refusal: { code: 'permissions.denied' } },
		});
		expect((await reader.push([[shown, update]])).body.results).toMatchObject([
			{ ok: false, code: 'permissions.denied' },
		]);
		const reviewer = new SyncDevice(server, await server.token('审核', 'reviewer'), '审核');
		expect((await reviewer.load(id)).body).toMatchObject({ canEdit: false });
		expect(
			(
				await reviewer.push([
					[id, reviewer.state(id)],
					[id, update],
				])
			).body.results,
		).toMatchObject([{ ok: true }, { ok: false, code: 'permissions.denied' }]);
		for (const name of [`entry:${createId()}`, 'entry:abc', 'review:0'])
			expect(await editor.get(`/api/sync/docs/${name}`)).toMatchObject({
				status: 404,
				body: { refusal: { code: 'collaboration.unknown-document' } },
			});
		const people = await server.app.administration.people.list();
		const elsewhere = people.find(({ name }) => name === '审核');
		await server.app.administration.people.update(
			elsewhere?.id ?? '',
			{ role: 'archivist', fonds: [createId()], accessStatuses: null },
			{ id: 'test', name: 'test', via: 'cli' },
		);
		expect((await reviewer.load(id)).status).toBe(404);
		expect((await reviewer.push([[id, update]])).body.results).toMatchObject([
			{ ok: false, code: 'collaboration.unknown-document' },
		]);
		expect(await logged(server, id)).toBe(1);
		expect((await fetch(`${server.origin}/api/sync/docs/entry:${id}`)).status).toBe(401);
	});
});

describe('pushing a batch', () => {
	it('S4 S5 an edit is in the log when it is answered, in open editors, in the row and noted for the archive', async () => {
		const server = await startTestServer({ idleMs: 50 });
		const id = await aMadeEntry(server.app, { title: '旧' });
		const live = await joinLive(server.port, id, { token: await server.token('乙', 'archivist'), by: '乙' });
		const device = await aDevice(server);
		await device.load(id);
		const { status, body } = await device.push([[id, device.set(id, 'title', '由推送')]]);
		expect(status).toBe(200);
		const head = await server.app.storage.log.head(`entry:${id}`);
		expect(body.results).toEqual([{ ok: true, doc: `entry:${id}`, seq: head }]);
		await eventually(() => expect(live.values('title')).toEqual(['由推送']));
		await eventually(async () => {
			const detail = await server.app.catalogue.entry(system, id);
			expect(detail.title).toBe('由推送');
			expect(Object.values(detail.attributions)).toContainEqual(
				expect.objectContaining({ actorName: '甲', seq: head, via: 'token' }),
			);
			expect(detail.versions.length).toBeGreaterThan(0);
		});
	});

	it('a live editor and pushes in the same moment lose nothing', async () => {
		const server = await startTestServer();
		const id = await anImportedEntry(server.app, '旧');
		const device = await aDevice(server);
		const live = await joinLive(server.port, id, { token: await server.token('乙', 'archivist'), by: '乙' });
		await device.load(id);
		for (let index = 0; index < 30; index++) {
			const pushed = device.push([[id, device.set(id, `creators#p${index}`, { order: 'a0', text: '推' })]]);
			live.set(`creators#l${index}`, { order: 'a0', text: '即' });
			expect((await pushed).body.results).toMatchObject([{ ok: true }]);
		}
		await live.durable();
		await device.load(id);
		for (let index = 0; index < 30; index++) {
			expect(device.values(id, `creators#l${index}`)).toHaveLength(1);
			await eventually(() => expect(live.values(`creators#p${index}`)).toHaveLength(1));
		}
	});

	it('many devices push to one document that nobody has open, again and again: all of it stays', async () => {
		const server = await startTestServer();
		const id = await anImportedEntry(server.app, '旧');
		const devices = await Promise.all(['甲', '乙', '丙', '丁'].map((name) => aDevice(server, name)));
		await Promise.all(
			devices.map(async (device, who) => {
				await device.load(id);
				for (let index = 0; index < 15; index++) {
					const { body } = await device.push([
						[id, device.set(id, `creators#${who}-${index}`, { order: 'a0', text: '名' })],
					]);
					expect(body.results).toMatchObject([{ ok: true }]);
				}
			}),
		);
		const last = await aDevice(server, '甲');
		await last.load(id);
		for (let who = 0; who < 4; who++)
			for (let index = 0; index < 15; index++)
				expect(last.values(id, `creators#${who}-${index}`)).toHaveLength(1);
		expect(await logged(server, id)).toBe(61);
	});

	it('S6 a batch that comes again is answered like the first time and logged once, also at the same moment', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '旧' });
		const device = await aDevice(server);
		await device.load(id);
		const items: Item[] = [
			[id, device.set(id, 'title', '一')],
			[createId(), device.state(id)],
		];
		const batchId = createId<string>();
		const answers = await Promise.all([1, 2, 3].map(() => device.push(items, batchId)));
		device.set(id, 'title', '二');
		await device.push([[id, device.state(id)]]);
		answers.push(await device.push(items, batchId));
		for (const { body } of answers) expect(body).toEqual(answers[0]?.body);
		expect(answers[0]?.body.results).toMatchObject([
			{ ok: true },
			{ ok: false, code: 'collaboration.unknown-document' },
		]);
		expect(await logged(server, id)).toBe(3);
		// The id for other work, and the same id by somebody else.
		expect(await device.push([[id, device.state(id)]], batchId)).toMatchObject({
			status: 409,
			body: { refusal: { code: 'sync.batch-reused' } },
		});
		const other = await aDevice(server, '乙');
		await other.load(id);
		Object.defineProperty(other, 'id', { value: device.id });
		expect((await other.push([[id, other.set(id, 'title', '三')]], batchId)).body.results).toMatchObject([
			{ ok: true },
		]);
		expect(other.values(id, 'title')).toEqual(['三']);
	});

	it('S6 what the document already holds is ok, whichever way it came', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '旧' });
		const live = await joinLive(server.port, id, { token: await server.token('甲', 'archivist'), by: '甲' });
		live.set('title', '新');
		await live.durable();
		const before = await logged(server, id);
		const device = await aDevice(server);
		const { body } = await device.push([[id, Y.encodeStateAsUpdate(live.doc)]]);
		expect(body.results).toEqual([
			{ ok: true, doc: `entry:${id}`, seq: await server.app.storage.log.head(`entry:${id}`) },
		]);
		expect(await logged(server, id)).toBe(before);
	});

	it('S6 answers are kept for a month', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '旧' });
		const device = await aDevice(server);
		await device.load(id);
		await device.push([[id, device.set(id, 'title', '一')]]);
		const { db } = server.app.storage;
		const count = async (): Promise<number> =>
			(await db.selectFrom('push_batch').select('batch_id').execute()).length;
		await server.app.collaboration.sync.prune();
		expect(await count()).toBe(1);
		await db
			.updateTable('push_batch')
			.set({ at: new Date(Date.now() - 31 * 24 * 3600 * 1000).toISOString() })
			.execute();
		await server.app.collaboration.sync.prune();
		expect(await count()).toBe(0);
	});

	it('S7 refused items change nothing and hold up nobody', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '旧' });
		const other = await aMadeEntry(server.app, { title: '旁' });
		const device = await aDevice(server);
		await device.load(id);
		await device.load(other);
		const scratch = (change: (doc: Y.Doc) => void): Uint8Array => {
			const doc = new Y.Doc();
			Y.applyUpdate(doc, device.state(id));
			const before = Y.encodeStateVector(doc);
			change(doc);
			return Y.encodeStateAsUpdate(doc, before);
		};
		const forger = new SyncDevice(server, '', '甲');
		Y.applyUpdate(forger.doc(id), device.state(id));
		const lost = new SyncDevice(server, '', '甲');
		Y.applyUpdate(lost.doc(id), device.state(id));
		lost.set(id, 'title', '不在服务器上');
		const { body } = await device.push([
			[id, scratch((doc) => void doc.getMap('meta').set('schema', 9))],
			[id, scratch((doc) => void doc.getMap('evil').set('a', 1))],
			[id, scratch((doc) => fieldValuesOf(doc).delete(0, 1))],
			[id, forger.set(id, 'title', '伪', '丙')],
			[id, lost.set(id, 'title', '承前')],
			[id, new Uint8Array([1, 2, 3])],
			[id, scratch((doc) => fieldValuesOf(doc).push([{ nonsense: true } as never]))],
			[id, new SyncDevice(server, '', '甲').set(id, 'parent', createId())],
			[id, device.set(id, 'title', '好')],
			[other, device.set(other, 'title', '也好')],
			[id, device.set(id, 'title', '更好')],
		]);
		expect(body.results.map((result) => (result.ok ? 'ok' : result.code))).toEqual([
			'collaboration.foreign-type',
			'collaboration.foreign-type',
			'collaboration.deletion-without-value',
			'collaboration.foreign-author',
			'collaboration.missing-history',
			'collaboration.malformed-update',
			'collaboration.bad-element',
			'collaboration.unknown-parent',
			'ok',
			'ok',
			'ok',
		]);
		expect(await logged(server, id)).toBe(3);
		const fresh = await aDevice(server, '乙');
		await fresh.load(id);
		expect(fresh.values(id, 'title')).toEqual(['更好']);
		expect(server.app.collaboration.isReady).toBe(true);
	});

	it('S4 200 documents in one batch, soon; 201 or more than 1 MiB not at all', async () => {
		const server = await startTestServer();
		const ids = await Promise.all(
			Array.from({ length: 200 }, (_, index) => anImportedEntry(server.app, `题${index}`)),
		);
		const device = await aDevice(server);
		await Promise.all(ids.map((id) => device.load(id)));
		const items = ids.map((id, index): Item => [id, device.set(id, 'title', `新${index}`)]);
		const started = performance.now();
		const { body } = await device.push(items);
		const took = performance.now() - started;
		expect(body.results.every(({ ok }) => ok)).toBe(true);
		expect(body.results.map(({ doc }) => doc)).toEqual(ids.map((id) => `entry:${id}`));
		expect(took).toBeLessThan(20_000);
		if (process.env['LANTAI_TEST_TIMES']) console.log(`200 documents in ${Math.round(took)} ms`);
		await eventually(async () =>
			expect((await server.app.catalogue.entry(system, ids[199] as EntryId)).title).toBe('新199'),
		);
		expect((await device.push([...items, items[0] as Item])).status).toBe(400);
		// 1 MiB together is taken, in a body far larger than pages otherwise take.
		const note = (bytes: number): Uint8Array => {
			const doc = new Y.Doc();
			doc.getXmlFragment('body:note').insert(0, [new Y.XmlText('x'.repeat(bytes))]);
			return Y.encodeStateAsUpdate(doc);
		};
		const quarter = note(MAX_BATCH_BYTES / 4 - 200);
		expect(
			(await device.push(ids.slice(0, 4).map((id): Item => [id, quarter]))).body.results.map(({ ok }) => ok),
		).toEqual([true, true, true, true]);
		const tooMuch = await device.push(ids.slice(4, 9).map((id): Item => [id, quarter]));
		expect([tooMuch.status, tooMuch.body.refusal?.code]).toEqual([413, 'sync.batch-too-large']);
		const single = await device.push([[ids[10] as EntryId, note(MAX_BATCH_BYTES * 2)]]);
		expect(single.status).toBe(400);
		expect(await logged(server, ids[4] as string)).toBe(2);
	});

	it('too many batches of one person at once are refused whole, and nothing of them is taken', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '旧' });
		const device = await aDevice(server);
		await device.load(id);
		const answers = await Promise.all(
			Array.from({ length: 60 }, (_, index) => {
				const own = new SyncDevice(server, '', '甲');
				Y.applyUpdate(own.doc(id), device.state(id));
				return device.push([[id, own.set(id, `creators#${index}`, { order: 'a0', text: '名' })]]);
			}),
		);
		const taken = answers.filter(({ status }) => status === 200).length;
		expect(answers.filter(({ status }) => status === 429).length).toBe(60 - taken);
		expect(taken).toBeGreaterThan(0);
		expect(await logged(server, id)).toBe(1 + taken);
	});

	it('S5 S6 killed between commit and answer, the same batch again is ok and logged once', async () => {
		const dataDir = await aFolder();
		const first = await startTestServer({ dataDir });
		const ids = await Promise.all(
			Array.from({ length: 20 }, (_, index) => aMadeEntry(first.app, { title: `题${index}` })),
		);
		const token = await first.token('甲', 'archivist');
		const device = new SyncDevice(first, token, '甲');
		for (const id of ids) await device.load(id);
		await first.stop();
		for (let round = 0; round < 2; round++) {
			const process = await startServerProcess(dataDir);
			const there = device.at(process);
			const items = ids.map((id): Item => [id, there.set(id, 'title', `轮${round}`)]);
			const batchId = createId<string>();
			const before = countOf(dataDir);
			const lost = there.push(items, batchId).then(
				() => 'answered',
				() => 'lost',
			);
			await eventually(() => expect(countOf(dataDir)).toBeGreaterThan(before));
			await process.kill('SIGKILL');
			await lost;
			const again = await startServerProcess(dataDir);
			const back = device.at(again);
			Object.defineProperty(back, 'id', { value: there.id });
			const { body } = await back.push(items, batchId);
			expect(body.results.every(({ ok }) => ok)).toBe(true);
			expect((await back.push(items, batchId)).body).toEqual(body);
			expect(countOf(dataDir)).toBe(before + ids.length);
			await again.kill('SIGTERM');
		}
	}, 240_000);
});

/** Updates in the log of a data directory, read beside the process that has it. */
function countOf(dataDir: string): number {
	const database = new DatabaseSync(join(dataDir, 'lantai.sqlite'), { readOnly: true });
	try {
		return Number((database.prepare('select count(*) as n from log_update').get() as { n: number }).n);
	} finally {
		database.close();
	}
}
