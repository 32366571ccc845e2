import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { copyFile, mkdir, open, readFile, rename, truncate, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as Y from 'yjs';
import { systemClock } from '#domain/base/clock.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { fieldValuesOf, setField } from '#sync/field-values.ts';
import { restoreBackup, verifyBackup } from '#server/administration/backup/restore.ts';
import type { App } from '#server/app.ts';
import { verify } from '#server/preservation/ocfl-verify.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { membersOf, writeTar } from '#tests/support/backups.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { spawnServer } from '#tests/support/server-process.ts';
import { aFolder, startTestServer, type TestServer } from '#tests/support/server.ts';

const ops = { id: 'system:ops', name: 'ops', via: 'cli' };
const quiet = { signal: new AbortController().signal, progress: () => undefined };

function back(app: App, file: string, signal = quiet.signal, isForced = false) {
	return app.administration.backups.make({ file, isForced, signal, onProgress: () => undefined }, ops);
}

function restore(file: string, dir: string, signal = quiet.signal) {
	return restoreBackup(file, dir, ops, systemClock, { ...quiet, signal });
}

/** An archive with demonstration holdings, and entries with versions in the store. */
async function anArchive(): Promise<{ server: TestServer; ids: EntryId[]; folder: string }> {
	const folder = await aFolder();
	const server = await startTestServer({ dataDir: join(folder, 'data'), holdings: 'tiny' });
	const ids: EntryId[] = [];
	for (const title of ['甲号', '乙号', '丙号']) {
		const id = await aMadeEntry(server.app, { title });
		await server.app.preservation.depositNow(id);
		ids.push(id);
	}
	return { server, ids, folder };
}

/** A stopped archive's backup, and what is in it. */
async function aBackup(): Promise<{
	folder: string;
	file: string;
	members: Awaited<ReturnType<typeof membersOf>>;
}> {
	const { server, folder } = await anArchive();
	const file = join(folder, 'whole.tar');
	await back(server.app, file);
	await server.stop();
	return { folder, file, members: await membersOf(file) };
}

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

	it('of a running server under load holds all acknowledged before, and edits do not wait for it', async () => {
		const { server, folder } = await anArchive();
		await server.app.administration.settings.change({ 'deposit.idleSeconds': 1 }, ops);
		const ids: EntryId[] = [];
		for (let index = 0; index < 8; index++)
			ids.push(await aMadeEntry(server.app, { title: `合成 ${index}` }));
		// Enough in the store that copying it takes a while.
		const ballast = join(server.dataDir, 'tls');
		await mkdir(ballast);
		for (let index = 0; index < 4; index++)
			await writeFile(join(ballast, `${index}.pem`), Buffer.alloc(16 * 1024 * 1024, index + 1));
		const acknowledged: { doc: string; element: string }[] = [];
		const load = spawn(
			process.execPath,
			[
				join(import.meta.dirname, '../../support/edit-load.ts'),
				...[String(server.port), await server.token('甲', 'archivist'), '甲', ids.join(','), '10'],
			],
			{ stdio: ['ignore', 'pipe', 'ignore'] },
		);
		onTestFinished(() => void load.kill('SIGKILL'));
		createInterface({ input: load.stdout }).on('line', (line) =>
			acknowledged.push(JSON.parse(line) as { doc: string; element: string }),
		);
		await eventually(() => expect(acknowledged.length).toBeGreaterThan(100), 30_000);

		const appendMs = async (isOver: () => boolean): Promise<number[]> => {
			const times: number[] = [];
			while (!isOver()) {
				const started = performance.now();
				await server.app.storage.log.append({
					doc: 'presence:measured',
					payload: Buffer.alloc(180),
					actor: ops,
					receivedAt: new Date().toISOString(),
					changes: [],
				});
				times.push(performance.now() - started);
				await new Promise((resolve) => setTimeout(resolve, 5));
			}
			return times.toSorted((one, other) => one - other);
		};
		const quietEnd = Date.now() + 1500;
		const without = await appendMs(() => Date.now() > quietEnd);
		const before = [...acknowledged];
		let isDone = false;
		const file = join(folder, 'under-load.tar');
		const backing = back(server.app, file).finally(() => (isDone = true));
		const during = await appendMs(() => isDone);
		const made = await backing;
		const p99 = (times: readonly number[]): number => times[Math.floor(times.length * 0.99)] ?? Number.NaN;
		console.log(
			`durable append, p99: ${p99(without).toFixed(1)} ms before, ${p99(during).toFixed(1)} ms during a backup of ${(made.bytes / 1e6).toFixed(0)} MB in ${made.seconds} s (${during.length} appends)`,
		);
		expect(acknowledged.length).toBeGreaterThan(before.length);
		expect(during.length).toBeGreaterThan(5);
		expect(p99(during)).toBeLessThan(1000);
		load.kill('SIGKILL');
		await server.stop();

		const dir = join(folder, 'restored');
		await restore(file, dir);
		const storage = await openStorage({ dataDir: dir });
		const elements = new Set(
			(await storage.db.selectFrom('entry_change').select('element_id').execute()).map(
				(row) => row.element_id,
			),
		);
		const deposits = await storage.db.selectFrom('deposit').select(['object_id', 'version']).execute();
		await storage.close();
		expect(before.filter(({ element }) => !elements.has(element))).toEqual([]);
		expect(verify(join(dir, 'archive'))).toMatchObject({ valid: true, errors: [], warnings: [] });
		// Whatever the database says is deposited is in the store.
		expect(deposits.length).toBeGreaterThan(0);
		expect(
			(await membersOf(file)).filter(({ header }) => /\/v\d+\/inventory\.json$/.test(header.name)).length,
		).toBeGreaterThanOrEqual(deposits.length + 1);
		const again = await startTestServer({ dataDir: dir, idleMs: 100 });
		await eventually(
			() => expect(again.app.preservation.status()).toMatchObject({ state: 'ok', waiting: 0 }),
			30_000,
		);
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
		expect(readdirSync(folder)).toEqual(['data']);
		await rename(`${store}-away`, store);
		await back(server.app, file);
		expect(existsSync(file)).toBe(true);
	});

	it('leaves nothing when it is cancelled or the disk is full', async () => {
		const { server, ids, folder } = await anArchive();
		const giveUp = new AbortController();
		const backing = back(server.app, join(folder, 'a.tar'), giveUp.signal);
		setTimeout(() => giveUp.abort(), 30);
		await expect(backing).rejects.toMatchObject({ code: 'cli.cancelled' });
		expect(readdirSync(folder)).toEqual(['data']);
		for (const size of ['64k', '900k']) {
			const disk = join(folder, `disk-${size}`);
			await mkdir(disk);
			if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'lantai-test', disk]).status !== 0) {
				console.warn('!!! FULL DISK TEST SKIPPED: only root on Linux can mount a small disk. !!!');
				return;
			}
			onTestFinished(() => void spawnSync('umount', ['-l', disk]));
			await expect(back(server.app, join(disk, 'a.tar'))).rejects.toMatchObject({ code: 'storage.full' });
			expect(readdirSync(disk)).toEqual([]);
		}
		// The store is free again.
		await server.app.collaboration.setField(ids[0] as EntryId, 'title', '新', ops);
		expect(await server.app.preservation.depositNow(ids[0] as EntryId)).toMatchObject({ version: 'v2' });
		expect(await server.app.administration.backups.last()).toBeUndefined();
	});
});

describe('a damaged backup', () => {
	it('is refused by the name of the member, and leaves nothing', async () => {
		const { folder, file, members } = await aBackup();
		const named = (end: string) => {
			const found = members.find(({ header }) => header.name.endsWith(end));
			if (!found) throw new Error(end);
			return found;
		};
		const damaged = join(folder, 'damaged.tar');
		const refusedAs = async (member: string, reason: string): Promise<void> => {
			const refusal = { code: 'restore.damaged', params: { member, reason } };
			await expect(verifyBackup(damaged, quiet)).rejects.toMatchObject(refusal);
			await expect(restore(damaged, join(folder, 'restored'))).rejects.toMatchObject(refusal);
			expect(readdirSync(folder).filter((name) => name.startsWith('restored'))).toEqual([]);
		};
		for (const end of ['backup.json', 'lantai.sqlite', 'secret', 'inventory.json', 'manifest.jsonl']) {
			await copyFile(file, damaged);
			const { header, offset, content } = named(end);
			const at = offset + (content.length >> 1);
			const handle = await open(damaged, 'r+');
			const byte = Buffer.alloc(1);
			await handle.read(byte, 0, 1, at);
			await handle.write(Buffer.from([(byte[0] as number) ^ 1]), 0, 1, at);
			await handle.close();
			await refusedAs(header.name, 'digest');
		}
		for (const end of ['lantai.sqlite', 'entry.json']) {
			await copyFile(file, damaged);
			const { header, offset } = named(end);
			await truncate(damaged, offset + 10);
			await refusedAs(header.name, 'truncated');
		}
		await copyFile(file, damaged);
		await truncate(damaged, named('manifest.jsonl').offset - 512);
		await refusedAs('manifest.jsonl', 'missing');

		const secret = named('secret');
		const extra = { header: { name: 'archive/extra.txt' }, content: Buffer.from('x') };
		await writeTar(damaged, [...members.slice(0, 3), extra, ...members.slice(3)]);
		await refusedAs('archive/extra.txt', 'extra');
		await writeTar(damaged, [...members, extra]);
		await refusedAs('archive/extra.txt', 'extra');
		await writeTar(
			damaged,
			members.filter((member) => member !== secret),
		);
		await refusedAs('secret', 'missing');
		await writeTar(damaged, [...members.slice(0, 3), secret, ...members.slice(3)]);
		await refusedAs('secret', 'twice');
		for (const name of [
			'../evil',
			'archive/../../evil',
			'/tmp/evil',
			'archive//evil',
			'archive/./x',
			'evil',
			'archive\\x',
		]) {
			await writeTar(damaged, [...members.slice(0, 3), { ...extra, header: { name } }, ...members.slice(3)]);
			await expect(restore(damaged, join(folder, 'restored'))).rejects.toMatchObject({
				code: 'restore.damaged',
				params: { reason: 'path' },
			});
		}
		const link = {
			header: { name: 'archive/link', type: 'symlink' as const, linkname: '/etc' },
			content: Buffer.alloc(0),
		};
		await writeTar(damaged, [...members.slice(0, 3), link, ...members.slice(3)]);
		await refusedAs('archive/link', 'link');
		expect(existsSync(join(dirname(folder), 'evil'))).toBe(false);

		await writeFile(damaged, 'something else entirely');
		await expect(restore(damaged, join(folder, 'restored'))).rejects.toMatchObject({
			code: 'backup.no-backup',
		});
		expect((await verifyBackup(file, quiet)).valid).toBe(true);
	});

	it('is not restored over anything, nor when given up, nor onto a full disk', async () => {
		const { folder, file } = await aBackup();
		const taken = join(folder, 'taken');
		await mkdir(taken);
		await writeFile(join(taken, 'x'), '');
		await expect(restore(file, taken)).rejects.toMatchObject({ code: 'restore.not-empty' });
		expect(readdirSync(taken)).toEqual(['x']);
		const dir = join(folder, 'restored');
		const given = AbortSignal.abort();
		await expect(restore(file, dir, given)).rejects.toMatchObject({ code: 'cli.cancelled' });
		const disk = join(folder, 'disk');
		await mkdir(disk);
		if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'lantai-test', disk]).status === 0) {
			onTestFinished(() => void spawnSync('umount', ['-l', disk]));
			await expect(restore(file, join(disk, 'restored'))).rejects.toMatchObject({ code: 'storage.full' });
			expect(readdirSync(disk)).toEqual([]);
		}
		expect(readdirSync(folder).filter((name) => name.startsWith('restored'))).toEqual([]);
		await mkdir(dir);
		expect((await restore(file, dir)).dir).toBe(dir);
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

describe('kill -9', () => {
	it('in the middle leaves nothing that pretends to be whole', { timeout: 120_000 }, async () => {
		const { server, folder } = await anArchive();
		await mkdir(join(server.dataDir, 'tls'));
		for (let index = 0; index < 6; index++)
			await writeFile(join(server.dataDir, 'tls', `${index}.pem`), Buffer.alloc(24 * 1024 * 1024, index + 1));
		await server.stop();
		const file = join(folder, 'killed.tar');
		const killedOnce = async (args: readonly string[], begun: () => boolean): Promise<void> => {
			const running = spawnServer([...args]);
			await eventually(() => expect(begun()).toBe(true), 30_000);
			await running.kill('SIGKILL');
		};
		await killedOnce(['backup', file, '--data', server.dataDir], () => existsSync(`${file}.partial`));
		expect(existsSync(file)).toBe(false);
		const second = spawnServer(['backup', file, '--data', server.dataDir, '--json']);
		expect([await second.ended, second.output()]).toMatchObject([0, expect.stringContaining('"sha512"')]);
		expect(readdirSync(folder).toSorted()).toEqual(['data', basename(file)]);
		const dir = join(folder, 'restored');
		await killedOnce(['restore', file, '--data', dir], () =>
			readdirSync(folder).some((name) => name.startsWith('restored.partial-')),
		);
		expect(existsSync(dir)).toBe(false);
		expect(await spawnServer(['restore', file, '--data', dir]).ended).toBe(0);
		expect(await spawnServer(['archive', 'verify', '--data', dir]).ended).toBe(0);
	});
});
