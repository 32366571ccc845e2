import { existsSync, readdirSync, statSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { systemClock } from '#domain/base/clock.ts';
import { rebuildArchive, type RebuildRequest } from '#server/administration/rebuild/rebuild.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { fieldValuesOf, setField } from '#sync/field-values.ts';
import { objectPath } from '#server/preservation/ocfl-layout.ts';
import { verify } from '#server/preservation/ocfl-verify.ts';
import { anArchive } from '#tests/support/archive.ts';
import { personOf } from '#tests/support/conflicts.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { aLoggedEntry } from '#tests/support/logged-entries.ts';
import { spawnServer } from '#tests/support/server-process.ts';
import { aFolder, PASSWORD, startTestServer, type TestServer } from '#tests/support/server.ts';
import { archiveIn } from '#tests/support/rebuilt.ts';
import { fillArchive } from '#tests/support/varied-archive.ts';

const ops = { id: 'system:ops', name: 'ops', via: 'cli' };
const isLong = process.env['LANTAI_TEST_LONG'] !== undefined;
const VARIETY = isLong
	? { rows: 24_843, edited: 5000, comments: 200, proposals: 50 }
	: { rows: 60, edited: 20, comments: 12, proposals: 6 };

function rebuild(request: RebuildRequest, signal = new AbortController().signal) {
	return rebuildArchive(request, ops, systemClock, { signal, progress: () => undefined });
}

async function loseDatabase(dataDir: string): Promise<void> {
	for (const end of ['', '-wal', '-shm']) await rm(join(dataDir, `lantai.sqlite${end}`), { force: true });
}

/** An archive with entries made by hand, of which two versions each are in the store. */
async function aSmallArchive(): Promise<{ server: TestServer; ids: EntryId[]; folder: string }> {
	const folder = await aFolder();
	const server = await startTestServer({ dataDir: join(folder, 'data') });
	const ids: EntryId[] = [];
	for (const title of ['甲号', '乙号', '丙号']) {
		const id = await aMadeEntry(server.app, { title });
		await server.app.preservation.depositNow(id);
		await server.app.collaboration.setField(id, 'title', `${title}之二`, ops);
		await server.app.preservation.depositNow(id);
		ids.push(id);
	}
	await server.app.preservation.flush('demand');
	return { server, ids, folder };
}

describe('a rebuild', () => {
	it('gives back everything, equal, from the store alone', async () => {
		const folder = await aFolder();
		const server = await startTestServer({ holdings: 'tiny', dataDir: join(folder, 'data') });
		const { dataDir } = server;
		await fillArchive(server.app, folder, VARIETY);
		await server.stop();
		const before = archiveIn(dataDir);
		// Nothing is proven of what is not there.
		const seen = (table: string, column: string): unknown[] => [
			...new Set(before[table]?.map((row) => row[column])),
		];
		expect(seen('entry', 'problems')).toContain('["catalogue.parent-loop"]');
		expect(seen('entry', 'status')).toEqual(expect.arrayContaining(['active', 'deleted']));
		expect(seen('entry', 'review_state')).toEqual(
			expect.arrayContaining(['draft', 'submitted', 'returned', 'verified', 'registered']),
		);
		expect(seen('proposal', 'state')).toEqual(expect.arrayContaining(['open', 'accepted', 'rejected']));
		expect(seen('correction_order', 'state')).toEqual(
			expect.arrayContaining(['applied', 'undone', 'rejected', 'submitted']),
		);
		expect(seen('import', 'state')).toEqual(expect.arrayContaining(['accepted', 'undone']));
		expect(before['conflict']?.map(({ dispute }) => dispute === null)).toEqual(
			expect.arrayContaining([true, false]),
		);
		expect(before['review_step']?.map((step) => step['deposited_version'] === null)).toEqual(
			expect.arrayContaining([true, false]),
		);
		const compare = join(folder, 'lost.sqlite');
		await copyFile(join(dataDir, 'lantai.sqlite'), compare);
		await loseDatabase(dataDir);
		const answer = await rebuild({ into: dataDir, compare });
		expect(answer.damage).toEqual([]);
		expect(answer.notDeposited).toMatchObject({ differences: [], onlyStored: 0 });
		const after = archiveIn(dataDir);
		for (const table of Object.keys(before)) {
			expect(before[table]?.length, table).toBeGreaterThan(0);
			expect(after[table], table).toEqual(before[table]);
		}
		expect(answer).toMatchObject({
			entries: before['entry']?.length,
			comments: before['comment']?.length,
			proposals: before['proposal']?.length,
			orders: before['correction_order']?.length,
			versions: before['deposit']?.length,
		});
		// And nothing new is to be deposited of it.
		const again = await startTestServer({ dataDir, idleMs: 50 });
		await again.app.preservation.flush('demand');
		await again.stop();
		expect(archiveIn(dataDir)['deposit']).toEqual(before['deposit']);
	}, 900_000);

	it('gives back the versions of entries whose object was full, wherever they lie', async () => {
		const archive = await anArchive({ maxVersions: 2 });
		const entry = await aLoggedEntry(archive.storage);
		for (const title of ['一', '二', '三', '四', '五']) {
			await entry.set('title', title);
			await archive.preservation.depositNow(entry.id);
		}
		archive.preservation.noteArchive();
		await archive.preservation.flush('demand');
		await archive.close();
		const before = archiveIn(archive.dataDir);
		expect(new Set(before['deposit']?.map((row) => row['object_id']))).toHaveProperty('size', 3);
		const into = join(await aFolder(), 'rebuilt');
		const answer = await rebuild({ into, from: archive.root });
		expect(answer).toMatchObject({ damage: [], entries: 1, versions: 5, objects: 5 });
		const after = archiveIn(into);
		for (const table of ['deposit', 'entry_change', 'log_line', 'documents'])
			expect(after[table], table).toEqual(before[table]);
	});

	it('goes on: devices with an old copy merge, conflicts say what they replaced, versions follow', async () => {
		const { server, ids, folder } = await aSmallArchive();
		const [id] = ids as [EntryId];
		const person = await personOf(server.app, '张三');
		const device = new Y.Doc();
		for (const { payload } of await server.app.storage.log.read(`entry:${id}`))
			Y.applyUpdate(device, payload);
		const beforeIt = Y.encodeStateVector(device);
		const old = server.app.storage;
		const lineageBefore = await lineageOf(old);
		await server.app.preservation.flush('demand');
		await server.stop();
		const into = join(folder, 'rebuilt');
		await rebuild({ into, from: join(server.dataDir, 'archive') });
		const again = await startTestServer({ dataDir: into });
		expect(await lineageOf(again.app.storage)).not.toBe(lineageBefore);
		await again.app.collaboration.setField(id, 'title', '重建之后', ops);
		setField(fieldValuesOf(device), 'title', '旧设备所写', {
			id: createId<string>(),
			by: person.id,
			at: new Date().toISOString(),
		});
		await again.app.collaboration.takeUpdate(
			`entry:${id}`,
			Y.encodeStateAsUpdate(device, beforeIt),
			{ id: person.id, name: person.name, via: null },
			{ person, alsoBy: [] },
		);
		const { conflicts } = await again.app.catalogue.entry(system, id);
		expect(conflicts['title']?.map(({ value, replaced }) => [value, replaced])).toEqual([
			['旧设备所写', ['甲号之二']],
			['重建之后', ['甲号之二']],
		]);
		expect(await again.app.preservation.depositNow(id)).toMatchObject({ version: 'v3' });
		expect(await again.app.preservation.verify()).toMatchObject({ valid: true, errors: [], warnings: [] });
	});

	it('into another folder copies or links the store, and takes no folder that has anything', async () => {
		const { server, folder } = await aSmallArchive();
		await server.stop();
		const from = join(server.dataDir, 'archive');
		const into = join(folder, 'other');
		await mkdir(into);
		await writeFile(join(into, 'mine'), '');
		await expect(rebuild({ into, from })).rejects.toMatchObject({ code: 'restore.not-empty' });
		await expect(rebuild({ into: server.dataDir })).rejects.toMatchObject({ code: 'rebuild.database-there' });
		await expect(rebuild({ into: join(folder, 'nowhere') })).rejects.toMatchObject({
			code: 'rebuild.no-store',
		});
		await rm(join(into, 'mine'));
		for (const [name, isLinked] of [
			['other', false],
			['linked', true],
		] as const) {
			const dir = join(folder, name);
			expect(await rebuild({ into: dir, from, isLinked })).toMatchObject({ entries: 3, objects: 5 });
			expect(archiveIn(dir)).toEqual(archiveIn(server.dataDir));
			expect(verify(join(dir, 'archive'))).toMatchObject({ valid: true, objects: 5 });
			expect(statSync(join(dir, 'archive', '0=ocfl_1.1')).nlink).toBe(isLinked ? 2 : 1);
		}
		expect(readdirSync(folder).toSorted()).toEqual(['data', 'linked', 'other']);
	});

	it('says what is damaged by object and file, and brings back what is whole before it', async () => {
		const { server, ids } = await aSmallArchive();
		await server.stop();
		const [one, two] = ids as [EntryId, EntryId];
		const at = (id: EntryId, path: string): string =>
			join(server.dataDir, 'archive', objectPath(`urn:uuid:${id}`), path);
		await writeFile(at(one, 'v2/content/state.yjs'), 'something else');
		await writeFile(at(two, 'inventory.json'), '{}');
		await loseDatabase(server.dataDir);
		const answer = await rebuild({ into: server.dataDir });
		expect(answer.damage).toEqual(
			expect.arrayContaining([
				{ object: `urn:uuid:${one}`, file: 'v2/content/state.yjs', reason: 'digest' },
				{ object: `urn:uuid:${two}`, file: 'inventory.json', reason: 'digest' },
			]),
		);
		expect(answer.damage).toHaveLength(2);
		expect(archiveIn(server.dataDir)['entry']?.map(({ title }) => title)).toEqual([
			'甲号',
			// What its newest version keeps of the inventory is the same.
			'乙号之二',
			'丙号之二',
		]);
		const made = new DatabaseSync(join(server.dataDir, 'lantai.sqlite'), { readOnly: true });
		const open = made.prepare('select object_id from store_failure').all();
		made.close();
		expect(open.map(({ object_id }) => object_id).toSorted()).toEqual(
			[`urn:uuid:${one}`, `urn:uuid:${two}`].toSorted(),
		);
	});

	it('says exactly what a copy of the lost database has beyond the store', async () => {
		const { server, ids, folder } = await aSmallArchive();
		const [id] = ids as [EntryId];
		const seq = await server.app.collaboration.setField(id, 'title', '没有存入的', ops);
		const compare = join(folder, 'copy.sqlite');
		const beside = new DatabaseSync(join(server.dataDir, 'lantai.sqlite'), { readOnly: true });
		beside.prepare('vacuum into ?').run(compare);
		beside.close();
		const stored = await server.app.storage.db
			.selectFrom('entry')
			.select('deposited_seq')
			.where('id', '=', id)
			.executeTakeFirstOrThrow();
		const into = join(folder, 'rebuilt');
		const from = join(server.dataDir, 'archive');
		const { notDeposited } = await rebuild({ into, from, compare });
		expect(notDeposited?.differences).toEqual([
			{
				...{ of: 'entry', id, title: '没有存入的', is: 'older' },
				...{ stored: stored.deposited_seq, lost: seq },
			},
		]);
		await expect(
			rebuild({ into: join(folder, 'x'), from, compare: join(folder, 'none') }),
		).rejects.toMatchObject({
			code: 'rebuild.no-database',
		});
	});

	it('puts aside what waited in the data directory, and never reads an old write-ahead log', async () => {
		const { server } = await aSmallArchive();
		await server.stop();
		const { dataDir } = server;
		const copy = join(dataDir, 'lantai.sqlite');
		await mkdir(join(dataDir, 'staging', 'an-import'), { recursive: true });
		await writeFile(join(dataDir, 'staging', 'an-import', 'original'), 'a list');
		await copyFile(copy, `${copy}-wal`);
		await rm(copy);
		const { aside } = await rebuild({ into: dataDir });
		expect(aside.map((name) => name.replace(/\.before-rebuild-.*/, ''))).toEqual([
			'staging',
			'lantai.sqlite-wal',
		]);
		for (const name of aside) expect(existsSync(join(dataDir, name))).toBe(true);
		expect(archiveIn(dataDir)['entry']).toHaveLength(3);
	});

	it('given up leaves everything as it was', async () => {
		const { server, folder } = await aSmallArchive();
		await server.stop();
		await loseDatabase(server.dataDir);
		const giveUp = new AbortController();
		giveUp.abort();
		await expect(rebuild({ into: server.dataDir }, giveUp.signal)).rejects.toMatchObject({
			code: 'cli.cancelled',
		});
		await expect(
			rebuild({ into: join(folder, 'x'), from: join(server.dataDir, 'archive') }, giveUp.signal),
		).rejects.toMatchObject({ code: 'cli.cancelled' });
		expect(readdirSync(folder)).toEqual(['data']);
		expect(readdirSync(server.dataDir)).not.toContain('rebuilding');
	});
});

describe('on the command line', () => {
	it('killed at any moment leaves the folder as it was, and run again it is whole', async () => {
		const folder = await aFolder();
		const server = await startTestServer({ dataDir: join(folder, 'data') });
		const { dataDir } = server;
		await fillArchive(server.app, folder, { rows: 40, edited: 20, comments: 4, proposals: 3 });
		await server.stop();
		const before = archiveIn(dataDir);
		await loseDatabase(dataDir);
		const start = () => spawnServer(['archive', 'rebuild', '--into', dataDir, '--json']);
		const began = performance.now();
		const whole = start();
		expect(await whole.ended, whole.output()).toBe(0);
		const tookMs = performance.now() - began;
		for (let kill = 0; kill < (isLong ? 40 : 3); kill++) {
			await loseDatabase(dataDir);
			const run = start();
			// Most of the time a process only loads its code: the second half is where it works.
			await new Promise((resolve) => setTimeout(resolve, tookMs * (0.4 + 0.6 * Math.random())));
			await run.kill('SIGKILL');
			if (existsSync(join(dataDir, 'lantai.sqlite'))) expect(archiveIn(dataDir)).toEqual(before);
			expect(verify(join(dataDir, 'archive')).errors).toEqual([]);
		}
		await loseDatabase(dataDir);
		const last = start();
		expect(await last.ended, last.output()).toBe(0);
		expect(archiveIn(dataDir)).toEqual(before);
		expect(readdirSync(dataDir)).not.toContain('rebuilding');
	}, 900_000);

	it('tells in words, and lets in again whose password is set', async () => {
		const { server, folder } = await aSmallArchive();
		await server.stop();
		const into = join(folder, 'rebuilt');
		const run = spawnServer(['archive', 'rebuild', '--into', into, '--data', server.dataDir], {
			env: { LC_ALL: 'en_US.UTF-8' },
		});
		expect(await run.ended, run.output()).toBe(0);
		expect(run.output()).toMatch(/objects read 5, entries 3 \(edited or discussed 3\)/);
		expect(run.output()).toContain('lantai user password 管理员');
		const set = spawnServer(['user', 'password', '管理员', '--password-stdin', '--data', into], {
			input: `${PASSWORD}\n`,
		});
		expect(await set.ended, set.output()).toBe(0);
		const again = await startTestServer({ dataDir: into });
		const headers = new Headers({ host: `127.0.0.1:${again.port}` });
		const signedIn = await again.app.permissions.signIn({ name: '管理员', password: PASSWORD, headers });
		expect(signedIn.setCookie.length).toBeGreaterThan(0);
	});
});

async function lineageOf(storage: TestServer['app']['storage']): Promise<string> {
	const row = await storage.db
		.selectFrom('setting')
		.select('value')
		.where('key', '=', 'log.lineage')
		.executeTakeFirstOrThrow();
	return row.value;
}
