import { cpSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { rebuildArchive } from '#server/administration/rebuild/rebuild.ts';
import type { App } from '#server/app.ts';
import { verify } from '#server/preservation/ocfl-verify.ts';
import { anEmptyDisk, damage, placeIn } from '#tests/support/copies.ts';
import { system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { aFolder } from '#tests/support/folder.ts';
import { aPlainArchive, aPurge, SECRET } from '#tests/support/purges.ts';
import { findWords } from '#tests/support/raw-bytes.ts';
import { startTestServer } from '#tests/support/server.ts';

it('goes to copies, also to one that was away, to the second place of the log, and to what was put aside', async () => {
	const [near, far, logs] = [await anEmptyDisk(), await anEmptyDisk(), await anEmptyDisk()];
	const { app, dataDir } = await startTestServer({
		env: { LANTAI_COPIES: `${near},${far}`, LANTAI_LOG_COPY: logs },
	});
	const ids = await aPlainArchive(app, await aFolder());
	const [made] = ids as [EntryId];
	await app.preservation.depositNow(made);
	await app.preservation.copies.replicate();
	const root = join(dataDir, 'archive');
	const object = `urn:uuid:${made}`;
	damage(placeIn(root, object));
	expect(
		(await app.preservation.repair({ objects: [object], allFailed: false, agent: 'test' })).isWhole,
	).toBe(true);
	for (const place of [near, far, logs, `${root}-damaged`])
		expect(findWords(place, [SECRET]).length, place).toBeGreaterThan(0);
	renameSync(far, `${far}-away`);

	const done = await aPurge(app, ids);
	expect(done).toMatchObject({ state: 'done', failure: null });
	for (const place of [dataDir, near, logs]) expect(findWords(place, [SECRET]), place).toEqual([]);
	const certificate = await app.purges.certificate(system, done.number);
	expect(certificate.copies).toEqual([{ path: far, objects: certificate.objects.length }]);
	expect(app.storage.logCopy?.status()).toMatchObject({ state: 'ok' });

	renameSync(`${far}-away`, far);
	await app.preservation.copies.replicate();
	await eventually(() => expect(findWords(far, [SECRET])).toEqual([]));
	for (const place of [root, join(near, 'archive'), join(far, 'archive')])
		expect(verify(place)).toMatchObject({ valid: true, errors: [] });
	const checked = await app.preservation.fixity.run({
		isAll: true,
		megabytesPerSecond: 0,
		actor: { id: 'system:test', name: 'test', via: null },
	});
	expect(checked.failures).toBe(0);
	expect((await app.preservation.copies.replicate()).isWhole).toBe(true);
});

/** An archive in which entries were purged while its one copy was away; the copy is back, and nothing has been done with it. */
async function purgedMeanwhile() {
	const disk = await anEmptyDisk();
	const { app, dataDir } = await startTestServer();
	const ids = await aPlainArchive(app, await aFolder());
	await app.preservation.depositNow(ids[0] as EntryId);
	await app.preservation.copies.replicate({ to: disk });
	renameSync(disk, `${disk}-away`);
	const done = await aPurge(app, ids);
	expect(done).toMatchObject({ state: 'done', failure: null });
	expect(findWords(dataDir, [SECRET])).toEqual([]);
	cpSync(`${disk}-away`, disk, { recursive: true });
	const { objects } = await app.purges.certificate(system, done.number);
	return { app, dataDir, disk, object: `urn:uuid:${ids[0]}`, objects: objects.map((each) => each.objectId) };
}

const tester = { id: 'system:test', name: 'test', via: null };

const checkStore = (app: App) =>
	app.preservation.fixity.run({ isAll: true, megabytesPerSecond: 0, actor: tester });

it('is not undone by a repair from a copy that was away', async () => {
	const { app, dataDir, disk, object, objects } = await purgedMeanwhile();
	const repair = () => app.preservation.repair({ objects, allFailed: false, from: disk, agent: 'test' });
	const first = await repair();
	expect(first.objects.find(({ objectId }) => objectId === object)).toMatchObject({
		outcome: 'refused',
		why: [{ code: 'preservation.object-purged', params: { id: object } }],
	});
	expect(findWords(dataDir, [SECRET])).toEqual([]);
	// What waited to be removed came first.
	expect(findWords(disk, [SECRET])).toEqual([]);
	// Nor from one that somebody put it back into.
	const inCopy = placeIn(join(disk, 'archive'), object);
	cpSync(inCopy.replace(disk, `${disk}-away`), inCopy, { recursive: true });
	expect((await repair()).isWhole).toBe(false);
	expect(findWords(dataDir, [SECRET])).toEqual([]);

	// Where it lies in the store again it is told of, not taken for an object.
	const inStore = placeIn(join(dataDir, 'archive'), object);
	cpSync(inCopy, inStore, { recursive: true });
	expect((await checkStore(app)).failed).toMatchObject([
		{ objectId: null, findings: [{ code: 'F011', params: { id: object } }] },
	]);
	const known = app.storage.db.selectFrom('store_object').selectAll().where('object_id', '=', object);
	expect(await known.execute()).toEqual([]);
	expect(
		await app.preservation.repair({ objects: [object], allFailed: false, copy: disk, agent: 'test' }),
	).toMatchObject({ objects: [{ outcome: 'refused', why: [{ code: 'preservation.object-purged' }] }] });
});

it('is known after a rebuild: a copy that was away loses it at first sight, and a check of a copy names it', async () => {
	const { app, dataDir, disk, object, objects } = await purgedMeanwhile();
	await app.close();
	const into = join(await aFolder(), 'rebuilt');
	await rebuildArchive({ into, from: join(dataDir, 'archive') }, tester, systemClock, {
		signal: new AbortController().signal,
		progress: () => undefined,
	});
	const rebuilt = (await startTestServer({ dataDir: into })).app;
	// Nobody knows by now where copies were: an empty folder may be the place of a disk that is not mounted.
	const empty = await anEmptyDisk();
	expect(await rebuilt.preservation.copies.replicate({ to: empty })).toMatchObject({
		copies: [{ state: 'away', stopped: { code: 'preservation.copy-unknown' } }],
	});
	expect(readdirSync(empty)).toEqual([]);
	await checkStore(rebuilt);
	expect(findWords(disk, [SECRET]).length).toBeGreaterThan(0);
	expect(await rebuilt.preservation.copies.replicate({ to: disk, verify: true })).toMatchObject({
		isWhole: true,
		copies: [{ removed: objects.length, stopped: null }],
	});
	expect(findWords(disk, [SECRET])).toEqual([]);

	const inCopy = placeIn(join(disk, 'archive'), object);
	cpSync(inCopy.replace(disk, `${disk}-away`), inCopy, { recursive: true });
	expect(await rebuilt.preservation.copies.replicate({ to: disk, verify: true })).toMatchObject({
		isWhole: false,
		copies: [{ verdict: { differing: [{ objectId: object, reason: 'preservation.object-purged' }] } }],
	});
	await rebuilt.preservation.copies.replicate({ to: disk });
	expect(findWords(disk, [SECRET])).toEqual([]);
});

it('does not take damage of a copy for what was purged: what was written anew stays there until it is repaired', async () => {
	const disk = await anEmptyDisk();
	const { app } = await startTestServer();
	const ids = await aPlainArchive(app, await aFolder());
	await app.preservation.copies.replicate({ to: disk });
	await aPurge(app, ids);
	const brought = await app.preservation.copies.replicate({ to: disk, verify: true });
	expect(brought).toMatchObject({ isWhole: true });
	const rewritten = await app.storage.db
		.selectFrom('purge_object')
		.select('object_id')
		.where('action', '=', 'rewrite')
		.where('after', 'is not', null)
		.executeTakeFirstOrThrow();
	const place = placeIn(join(disk, 'archive'), rewritten.object_id);
	const inventory = join(place, 'inventory.json');
	writeFileSync(inventory, readFileSync(inventory).subarray(1));
	for (let times = 0; times < 2; times++)
		expect(await app.preservation.copies.replicate({ to: disk, verify: true })).toMatchObject({
			isWhole: false,
			copies: [
				{
					removed: 0,
					verdict: {
						differing: [{ objectId: rewritten.object_id, reason: 'preservation.copy-damaged' }],
					},
				},
			],
		});
	expect(existsSync(inventory)).toBe(true);
});
