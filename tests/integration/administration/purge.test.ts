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
	const { importId, rootIds } = await app.runImport(by(system), { path: join(folder, 'list.csv') }, running);
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
			const twice = await app.runImport(
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
				{ into, from: join(dataDir, 'archive') },
				{ id: 'system:test', name: 'test', via: 'cli' },
				systemClock,
				{ signal: new AbortController().signal, progress: () => undefined },
			);
			expect(answer.damage).toEqual([]);
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
		const { importId, rootIds } = await app.runImport(
			by(system),
			{ path: join(outside, 'list.csv') },
			{ onProgress: () => undefined, signal },
		);
		const { rows } = await app.catalogue.children(system, rootIds[0] as EntryId, 0, 10);
		await app.undoImport(by(system), importId, false);
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

describe('an order to purge', () => {
	it('is proposed by one and approved by another, who gives its number', async () => {
		const { app } = await startTestServer();
		const [archivist, other] = [await personOf(app, '甲'), await personOf(app, '乙')];
		const administrator = await personOf(app, '主任', 'administrator');
		const reviewer = await personOf(app, '审核员', 'reviewer');
		const entry = await aMadeEntry(app, { title: '题名', level: 'fonds' });
		const proposal = {
			entries: [entry],
			ground: 'destruction',
			why: '期满',
			below: false,
			keepsCode: false,
		} as const;
		for (const person of [reviewer, { ...archivist, fonds: [entry] }])
			await expect(app.purges.propose(by(person), proposal)).rejects.toMatchObject({
				code: 'permissions.denied',
			});
		await expect(app.purges.propose(by(archivist), { ...proposal, why: ' ' })).rejects.toMatchObject({
			code: 'purge.without-reason',
		});
		const { number, id } = await app.purges.propose(by(administrator), proposal);
		expect(number).toMatch(/^P\d{4}-0001$/);
		await expect(app.purges.propose(by(archivist), proposal)).rejects.toMatchObject({ code: 'purge.waits' });
		await expect(app.purges.approve(by(administrator), number, number, '')).rejects.toMatchObject({
			code: 'purge.own-order',
		});
		await expect(app.purges.approve(by(other), number, number, '')).rejects.toMatchObject({
			code: 'permissions.denied',
		});
		await expect(app.purges.approve(by(system), number, number, '')).rejects.toMatchObject({
			code: 'purge.named-person',
		});
		const second = await personOf(app, '副主任', 'administrator');
		await expect(app.purges.approve(by(second), number, id, '')).rejects.toMatchObject({
			code: 'purge.other-number',
		});
		await expect(app.purges.withdraw(by(archivist), number)).rejects.toMatchObject({
			code: 'purge.others-order',
		});
		await app.purges.reject(by(second), number, '再核');
		await expect(app.purges.approve(by(second), number, number, '')).rejects.toMatchObject({
			code: 'purge.closed',
		});
		expect((await app.catalogue.entry(system, entry)).title).toBe('题名');
	});

	it('takes what is below along only when it says so, and says what it would do', async () => {
		const { app, dataDir } = await startTestServer();
		const a = await personOf(app, '甲');
		const fonds = await aMadeEntry(app, { title: '合成全宗', level: 'fonds' });
		const file = await aMadeEntry(app, {
			title: '绝密卷',
			level: 'file',
			parentId: fonds,
			fields: { referenceCode: 'S-1' },
		});
		const item = await aMadeEntry(app, { title: '件', parentId: file });
		const sibling = await aMadeEntry(app, { title: '另一卷', level: 'file', parentId: fonds });
		const proposal = { entries: [file], ground: 'classified', why: '误入', keepsCode: true } as const;
		await expect(app.purges.propose(by(a), { ...proposal, below: false })).rejects.toMatchObject({
			code: 'purge.children',
			params: { id: file, children: 1 },
		});
		await app.preservation.flush('demand');
		const signal = new AbortController().signal;
		const backup = join(await aFolder(), 'backup.tar');
		await app.administration.backups.make(
			{ file: backup, isForced: false, signal, onProgress: () => undefined },
			{ id: 'test', name: 'test', via: null },
		);
		const { number } = await app.purges.propose(by(a), { ...proposal, below: true });
		const preview = await app.purges.preview(a, number);
		expect(preview).toMatchObject({
			total: 2,
			entries: [
				{ id: file, title: '绝密卷', referenceCode: 'S-1' },
				{ id: item, title: '件' },
			],
			counts: { entry: 2, log_update: 2, deposit: 2, store_object: 2 },
			originals: [],
			backups: [{ file: backup, destroyedAt: null }],
		});
		expect(preview.objects.map(({ action }) => action)).toEqual(['remove', 'remove']);
		const approver = await personOf(app, '主任', 'administrator');
		// Somebody puts another one below meanwhile: whoever approves has not seen it.
		const late = await aMadeEntry(app, { title: '后来的', parentId: file });
		await expect(app.purges.approve(by(approver), number, number, '')).rejects.toMatchObject({
			code: 'purge.changed',
			params: { count: 1 },
		});
		await app.purges.withdraw(by(a), number);
		const again = await app.purges.propose(by(a), { ...proposal, below: true });
		await app.purges.approve(by(approver), again.number, again.number, '');
		await app.purges.ended(again.id);
		const done = await app.purges.show(a, again.id);
		expect(done).toMatchObject({ state: 'done', entries: 3, backups: [{ file: backup, destroyedAt: null }] });
		expect(await app.purges.tickBackup(by(approver), again.id, backup)).toMatchObject({
			backups: [{ file: backup, destroyedBy: '主任' }],
		});
		expect(findWords(dataDir, ['后来的', '绝密卷'])).toEqual([]);

		// Where they stood is left, to be seen by staff, and nothing can be done there.
		const { rows } = await app.catalogue.children(system, fonds, 0, 10);
		expect(rows.map(({ id, status, title, referenceCode }) => [id, status, title, referenceCode])).toEqual(
			[
				[file, 'purged', '', 'S-1'],
				[sibling, 'active', '另一卷', ''],
			].toSorted(([one = ''], [two = '']) => (one < two ? -1 : 1)),
		);
		expect((await app.catalogue.children(system, file, 0, 10)).rows.map(({ id }) => id).toSorted()).toEqual(
			[item, late].toSorted(),
		);
		const reader = await personOf(app, '读者', 'reader');
		expect((await app.catalogue.children(reader, fonds, 0, 10)).rows.map(({ id }) => id)).not.toContain(file);
		const detail = await app.catalogue.entry(system, file);
		expect(detail.can).toMatchObject({ edit: false, comment: false, create: false, delete: false });
		await expect(aMadeEntry(app, { title: '新件', parentId: file })).rejects.toMatchObject({
			code: 'catalogue.purged',
		});
		const exported: string[] = [];
		for await (const { id } of app.catalogue.subtree(system, fonds)) exported.push(id);
		expect(exported).toEqual([fonds, sibling]);
		expect((await app.catalogue.entry(system, item)).purged).toMatchObject({ number: again.number });
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
