import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { richTextOf } from '#domain/catalogue/rich-text.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { bodyOf, entryDocName } from '#sync/entry-doc.ts';
import { fillFragment } from '#sync/rich-text-fragment.ts';
import type { App } from '#server/app.ts';
import { rebuildArchive } from '#server/administration/rebuild/rebuild.ts';
import { systemClock } from '#domain/base/clock.ts';
import { aConflict, personOf } from '#tests/support/conflicts.ts';
import { aMadeEntry, registerEntries, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { aFolder } from '#tests/support/folder.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { by } from '#tests/support/orders.ts';
import { joinPlain } from '#tests/support/plain-client.ts';
import { aPurge } from '#tests/support/purges.ts';
import { findWords } from '#tests/support/raw-bytes.ts';
import { archiveIn, purgesIn } from '#tests/support/rebuilt.ts';
import { SyncDevice } from '#tests/support/sync-client.ts';
import { say } from '#tests/support/varied-archive.ts';
import { startTestServer } from '#tests/support/server.ts';

/** Words that stand nowhere but in what goes. */
const WORDS = [
	'绝密甲题名',
	'绝密旧题名',
	'绝密乙题名',
	'绝密正文词',
	'绝密批注词',
	'绝密提议词',
	'绝密理由词',
	'绝密原目录',
	'绝密更正值',
	'绝密定夺值',
	'绝密责任者',
	'绝密日期值',
	'绝密四题名',
];

interface Filled {
	readonly secret: EntryId;
	readonly imported: EntryId;
	/** Imported, registered, and never opened. */
	readonly untouched: EntryId;
	readonly neighbours: readonly EntryId[];
	readonly importId: string;
	readonly sharedOrder: string;
}

interface Filled {
	readonly secret: EntryId;
	readonly imported: EntryId;
	/** Imported, registered, and never opened. */
	readonly untouched: EntryId;
	readonly neighbours: readonly EntryId[];
	readonly importId: string;
	readonly sharedOrder: string;
}

/** Everything that can be said of an entry made by hand and of one that was imported, each beside others that stay. */
async function fill(app: App, folder: string): Promise<Filled> {
	const [a, b] = [await personOf(app, '甲'), await personOf(app, '乙')];
	const checker = await personOf(app, '审核员', 'reviewer');
	const actor = (person: Person) => ({ id: person.id, name: person.name, via: null });
	const fonds = await aMadeEntry(app, { title: '合成全宗', level: 'fonds' });
	const secret = await aMadeEntry(app, {
		title: '绝密甲题名',
		parentId: fonds,
		fields: { referenceCode: 'S-001' },
	});
	const neighbour = await aMadeEntry(app, { title: '邻居', parentId: fonds });
	await writeFile(
		join(folder, 'list.csv'),
		'档号,题名,责任者,日期\nA-1,绝密原目录,绝密责任者,绝密日期值\nA-2,普通一,某局,1985\nA-3,普通二,某局,1986\nA-4,绝密四题名,某局,1987\n',
	);
	const running = { onProgress: () => undefined, signal: new AbortController().signal };
	const { importId, rootIds } = await app.importDesk.run(
		by(system),
		{ path: join(folder, 'list.csv') },
		running,
	);
	const rows = (await app.catalogue.children(system, rootIds[0] as EntryId, 0, 10)).rows;
	const [imported, first, second, untouched] = rows.map(({ id }) => id) as [
		EntryId,
		EntryId,
		EntryId,
		EntryId,
	];

	for (const id of [secret, imported]) {
		await app.preservation.depositNow(id);
		await app.collaboration.edit(id, actor(a), (copy: Y.Doc) => {
			fillFragment(bodyOf(copy, 'scopeAndContent'), richTextOf('含绝密正文词的一段'));
			return true;
		});
		await app.collaboration.setField(id, 'title', '绝密旧题名', actor(a));
		await app.preservation.depositNow(id);
		await say(app, id, checker, '绝密批注词');
		await app.proposals.propose(by(checker), id, 'title', '绝密提议词', '绝密理由词');
	}
	// A decision over conflicts of one that goes and one that stays.
	for (const id of [secret, neighbour])
		await aConflict(app, id, 'title', [
			{ by: a, value: id === secret ? '绝密定夺值' : '邻居甲' },
			{ by: b, value: id === secret ? '绝密乙题名' : '邻居乙' },
		]);
	await app.conflicts.settle(by(a), { filter: {}, choice: { kind: 'oldest' }, why: '核对' });
	// An order over both, and one over what goes alone.
	const order = async (entries: readonly EntryId[]): Promise<string> => {
		const made = await app.orders.create(
			by(a),
			{
				kind: 'rows',
				rows: entries.map((entry) => ({
					entry,
					field: 'title',
					value: entry === secret || entry === imported ? '绝密更正值' : '更正后',
				})),
			},
			'更正',
		);
		await app.orders.sample(by(checker), made.id, entries.length);
		await app.orders.decide(by(checker), made.id, 'approve', '');
		return made.id;
	};
	await order([secret]);
	const sharedOrder = await order([imported, first, neighbour]);
	await registerEntries(app, [first, second, untouched]);
	await app.preservation.flush('demand');
	// Updates aside, with what was kept of them.
	await app.collaboration.compact({ idleMs: -1000, minRows: 2 });
	return { secret, imported, untouched, neighbours: [neighbour, first, second], importId, sharedOrder };
}

describe('a purge', () => {
	it(
		'leaves nothing of an entry in any byte, and everything else as it was',
		{ timeout: 60_000 },
		async () => {
			const dataDir = await aFolder();
			const outside = await aFolder();
			const { app, stop } = await startTestServer({ dataDir });
			const filled = await fill(app, outside);
			const { secret, imported, untouched, neighbours, sharedOrder } = filled;
			// The same file again, uploaded and forgotten.
			const upload = join(dataDir, 'staging', createId<string>());
			await mkdir(upload, { recursive: true });
			await copyFile(join(outside, 'list.csv'), join(upload, 'original'));
			await writeFile(join(upload, 'upload.json'), JSON.stringify({ fileName: 'list.csv' }));
			expect(findWords(dataDir, WORDS).length).toBeGreaterThan(5);
			// The same file imported a second time holds the same words in entries of its own: it is told, and left.
			const signal = new AbortController().signal;
			const twice = await app.importDesk.run(
				by(system),
				{ path: join(outside, 'list.csv') },
				{ onProgress: () => undefined, signal },
			);
			const drafted = await app.purges.propose(by(await personOf(app, '甲')), {
				entries: [imported],
				ground: 'classified',
				why: '误入',
				below: false,
				keepsCode: false,
			});
			expect((await app.purges.preview(system, drafted.id)).sameFiles).toEqual([
				{ importId: twice.importId, fileName: 'list.csv' },
			]);
			await app.purges.withdraw(by(await personOf(app, '甲')), drafted.id);
			const { rows: copies } = await app.catalogue.children(system, twice.rootIds[0] as EntryId, 0, 10);
			await aPurge(app, [copies[0]?.id as EntryId, copies[3]?.id as EntryId]);
			const before = await Promise.all(neighbours.map((id) => app.catalogue.entry(system, id)));

			const done = await aPurge(app, [secret, imported, untouched]);
			expect(done).toMatchObject({ state: 'done', failure: null });
			expect(findWords(dataDir, WORDS)).toEqual([]);

			expect((await app.preservation.verify()).errors).toEqual([]);
			expect(await Promise.all(neighbours.map((id) => app.catalogue.entry(system, id)))).toEqual(before);
			for (const word of WORDS) expect((await app.catalogue.search(system, word, 0, 10)).total).toBe(0);
			const shared = await app.orders.show(system, sharedOrder);
			expect(shared).toMatchObject({ rows: 2, state: 'applied' });
			const certificate = await app.purges.certificate(system, done.number);
			expect(certificate.counts).toMatchObject({ entry: 3, log_kept: 4, shown_entry: 1, store_object: 2 });
			expect(certificate.counts['log_cold']).toBeGreaterThan(4);
			expect(certificate.entries.map(({ id }) => id)).toEqual([secret, imported, untouched]);
			expect(certificate.objects.map(({ kind, action }) => `${kind} ${action}`).toSorted()).toEqual([
				'decision rewrite',
				'entry remove',
				'entry remove',
				'import rewrite',
				'order remove',
				'order rewrite',
				'step rewrite',
				'step rewrite',
				'step rewrite',
			]);
			expect(readFileSync(join(outside, 'list.csv'), 'utf8')).toContain('绝密原目录');

			// It never comes back: by no document, no push, no beginning.
			await expect(
				app.collaboration.setField(secret, 'title', '再来', { id: 'x', name: 'x', via: null }),
			).rejects.toMatchObject({ code: 'catalogue.purged' });
			await expect(
				app.storage.log.begin({
					doc: entryDocName(imported),
					payload: new Uint8Array([0, 0]),
					actor: { id: 'x', name: 'x', via: null },
					receivedAt: '',
					changes: [],
				}),
			).rejects.toMatchObject({ code: 'catalogue.purged', status: 410 });
			await app.preservation.flush('demand');

			await stop();
			const into = join(await aFolder(), 'rebuilt');
			const answer = await rebuildArchive(
				{ into, from: join(dataDir, 'archive'), compare: join(dataDir, 'lantai.sqlite') },
				{ id: 'system:test', name: 'test', via: 'cli' },
				systemClock,
				{ signal: new AbortController().signal, progress: () => undefined },
			);
			expect(answer.damage).toEqual([]);
			// An order that nobody carried out is in no store.
			expect(answer.notDeposited?.differences).toMatchObject([
				{ of: 'purge', is: 'missing', lost: 'withdrawn' },
			]);
			expect(archiveIn(into)).toEqual(archiveIn(dataDir));
			expect(purgesIn(into)).toEqual(purgesIn(dataDir));
			expect(existsSync(join(into, 'archive'))).toBe(true);
		},
	);
});

describe('a purge of what was withdrawn', () => {
	it('takes an entry out of an import that was undone, and the others stay withdrawn, also after a rebuild', async () => {
		const { app, dataDir, stop } = await startTestServer();
		const outside = await aFolder();
		await writeFile(join(outside, 'list.csv'), '档号,题名\nA-1,绝密甲题名\nA-2,普通\n');
		const signal = new AbortController().signal;
		const { importId, rootIds } = await app.importDesk.run(
			by(system),
			{ path: join(outside, 'list.csv') },
			{ onProgress: () => undefined, signal },
		);
		const { rows } = await app.catalogue.children(system, rootIds[0] as EntryId, 0, 10);
		await app.importDesk.undo(by(system), importId, false);
		await app.preservation.flush('demand');
		const { number } = await aPurge(app, [rows[0]?.id as EntryId]);
		const { objects } = await app.purges.certificate(system, number);
		expect(objects.map(({ kind, action }) => `${kind} ${action}`).toSorted()).toEqual([
			'import rewrite',
			'undone rewrite',
		]);
		expect(findWords(dataDir, ['绝密甲题名'])).toEqual([]);
		expect((await app.preservation.verify()).errors).toEqual([]);
		expect((await app.catalogue.entry(system, rows[1]?.id as EntryId)).status).toBe('deleted');
		await stop();
		const into = join(await aFolder(), 'rebuilt');
		await rebuildArchive(
			{ into, from: join(dataDir, 'archive') },
			{ id: 'system:test', name: 'test', via: 'cli' },
			systemClock,
			{ signal, progress: () => undefined },
		);
		expect(archiveIn(into)).toEqual(archiveIn(dataDir));
	});
});

describe('devices and scripts', () => {
	it('are told at once, and whatever they send later is refused', async () => {
		const server = await startTestServer();
		const { app, port } = server;
		const token = await server.token('脚本', 'archivist');
		const entry = await aMadeEntry(app, { title: '绝密甲题名', level: 'fonds' });
		const other = await aMadeEntry(app, { title: '邻居', level: 'fonds' });
		const live = await joinLive(port, entry, { token });
		const plain = await joinPlain(port, entry, { token });
		const device = new SyncDevice(server, token, '脚本');
		await device.load(entry);
		const update = device.set(entry, 'title', '再写');
		const told = await device.get<{ ids: string[]; last: number }>('/api/sync/purged?after=0');
		expect(told.body).toEqual({ ids: [], last: 0 });

		expect(await aPurge(app, [entry])).toMatchObject({ state: 'done' });
		await eventually(() => expect(live.refusals).toContain('catalogue.purged'));
		await eventually(() => expect(plain.ended()).toMatchObject({ reason: 'catalogue.purged' }));
		live.set('title', '还想写');
		plain.set('title', '还想写');
		const pushed = await device.push([[entry, update]]);
		expect(pushed.body.results).toMatchObject([{ ok: false, code: 'catalogue.purged' }]);
		expect((await device.load(entry)).status).toBe(410);
		const again = await joinLive(port, entry, { token, wait: false });
		await eventually(() => expect(again.refusals).toContain('catalogue.purged'));
		expect((await device.get<{ ids: string[] }>('/api/sync/purged?after=0')).body).toEqual({
			ids: [entry],
			last: 1,
		});
		expect(await app.storage.log.head(entryDocName(entry))).toBe(0);
		expect((await app.catalogue.entry(system, entry)).fields).toEqual({});

		// The log is well, and others go on.
		const neighbour = await joinLive(port, other, { token, by: '脚本' });
		neighbour.set('title', '邻居改了');
		await neighbour.durable();
		expect(app.collaboration.isReady).toBe(true);
	});
});
