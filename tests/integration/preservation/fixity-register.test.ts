import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { objectPath } from '#server/preservation/ocfl-layout.ts';
import { OcflStore } from '#server/preservation/ocfl-store.ts';
import { anArchive } from '#tests/support/archive.ts';
import { eventually } from '#tests/support/eventually.ts';
import { aDepositedEntry, checkAll, flipBit, placeIn, registered } from '#tests/support/fixity.ts';
import { aFolder } from '#tests/support/folder.ts';
import { aVersion } from '#tests/support/ocfl.ts';

it('objects nobody knows are found, and a register that was lost is filled again equal', async () => {
	const archive = await anArchive();
	const entries = [await aDepositedEntry(archive, 3), await aDepositedEntry(archive, 1)];
	await registered(archive, { [entries[0]?.id ?? '']: 3, [entries[1]?.id ?? '']: 1 });
	const { db } = archive.storage;
	const rows = (): Promise<object[]> =>
		db
			.selectFrom('store_object')
			.select(['object_id', 'kind', 'head', 'inventory_digest', 'files', 'bytes', 'first_at', 'last_at'])
			.orderBy('object_id')
			.execute();
	const before = await rows();
	await db.deleteFrom('store_object').execute();
	expect(await archive.preservation.fixity.runScheduled()).toBe(true);
	expect(await rows()).toEqual(before);
	const other = join(await aFolder(), 'root');
	const store = new OcflStore(other, `${other}-staging`);
	store.open({ mayCreate: true });
	store.putVersion(aVersion('urn:x:unknown', { 'a.txt': '甲' }));
	const place = objectPath('urn:x:unknown');
	cpSync(join(other, place), join(archive.root, place), { recursive: true });
	expect(await checkAll(archive)).toMatchObject({ added: 1, objects: 3, failures: 0 });
});

it('the register goes forward to versions it was not told of, and not back', async () => {
	const archive = await anArchive();
	const entry = await aDepositedEntry(archive, 2);
	await registered(archive, { [entry.id]: 2 });
	const { db } = archive.storage;
	const before = await db.selectFrom('store_object').selectAll().executeTakeFirstOrThrow();
	const copy = join(await aFolder(), 'v2');
	cpSync(placeIn(archive, entry), copy, { recursive: true });
	// As if the process had ended between store and database.
	await entry.set('title', '三');
	await archive.preservation.depositNow(entry.id);
	await registered(archive, { [entry.id]: 3 });
	const after = await db.selectFrom('store_object').selectAll().executeTakeFirstOrThrow();
	await db.updateTable('store_object').set(before).execute();
	expect((await checkAll(archive)).failed).toEqual([]);
	const now = await db.selectFrom('store_object').selectAll().executeTakeFirstOrThrow();
	expect(now).toMatchObject({
		head: 3,
		inventory_digest: after.inventory_digest,
		files: after.files,
		bytes: after.bytes,
		last_at: after.last_at,
	});
	rmSync(placeIn(archive, entry), { recursive: true });
	cpSync(copy, placeIn(archive, entry), { recursive: true });
	expect((await checkAll(archive)).failed).toMatchObject([{ findings: [{ code: 'F001' }] }]);
	expect((await db.selectFrom('store_object').select('head').executeTakeFirstOrThrow()).head).toBe(3);
});

it('newer versions that do not build on what the register knows are a failure', async () => {
	const archive = await anArchive();
	const entry = await aDepositedEntry(archive, 1);
	await registered(archive, { [entry.id]: 1 });
	const other = join(await aFolder(), 'root');
	const store = new OcflStore(other, `${other}-staging`);
	store.open({ mayCreate: true });
	const id = `urn:uuid:${entry.id}`;
	for (const text of ['甲', '乙']) store.putVersion(aVersion(id, { 'entry.json': text }));
	rmSync(placeIn(archive, entry), { recursive: true });
	cpSync(join(other, objectPath(id)), placeIn(archive, entry), { recursive: true });
	expect((await checkAll(archive)).failed).toMatchObject([{ objectId: id, findings: [{ code: 'F004' }] }]);
});

it('versions that come in while everything is checked are no failures', async () => {
	const archive = await anArchive();
	const entries = await Promise.all(Array.from({ length: 4 }, () => aDepositedEntry(archive, 1)));
	const ending = { isDone: false };
	const deposits = Promise.all(
		entries.map(async (entry) => {
			for (let version = 2; !ending.isDone && version < 25; version++) {
				await entry.set('title', `第${version}版`);
				await archive.preservation.depositNow(entry.id);
				if (version % 3 === 0) await aDepositedEntry(archive, 1);
			}
		}),
	);
	for (let round = 0; round < 3; round++) expect((await checkAll(archive)).failed).toEqual([]);
	ending.isDone = true;
	await deposits;
	await archive.preservation.flush('demand');
	expect((await checkAll(archive)).failed).toEqual([]);
	await eventually(async () =>
		expect((await archive.preservation.fixity.report({ fonds: null })).failures).toEqual([]),
	);
});

it('what is found damaged when it is read for use shows at once', async () => {
	const archive = await anArchive();
	const entry = await aDepositedEntry(archive, 1);
	await registered(archive, { [entry.id]: 1 });
	flipBit(join(placeIn(archive, entry), 'v1/content/deposit.json'), 5);
	await entry.set('title', '二');
	await expect(archive.preservation.depositNow(entry.id)).rejects.toThrow('preservation.damaged');
	const { fixity } = archive.preservation;
	await eventually(async () =>
		expect((await fixity.report({ fonds: null })).failures).toMatchObject([
			{
				objectId: `urn:uuid:${entry.id}`,
				kind: 'entry',
				entryId: entry.id,
				title: '一',
				findings: [{ code: 'F005', path: 'v1/content/deposit.json' }],
			},
		]),
	);
	expect(await fixity.report({ fonds: [] })).toMatchObject({
		failures: [],
		failureCount: 1,
		unseenFailures: 1,
	});
	expect(await fixity.events(entry.id, null)).toMatchObject([
		{ type: 'fixity check', outcome: 'failure', agent: 'server', detail: { trigger: 'read' } },
	]);
});

it('versions written onto an object that was rolled back do not hide that it was', async () => {
	const archive = await anArchive();
	const entry = await aDepositedEntry(archive, 1);
	const copy = join(await aFolder(), 'v1');
	cpSync(placeIn(archive, entry), copy, { recursive: true });
	await entry.set('title', '二');
	await archive.preservation.depositNow(entry.id);
	await registered(archive, { [entry.id]: 2 });
	rmSync(placeIn(archive, entry), { recursive: true });
	cpSync(copy, placeIn(archive, entry), { recursive: true });
	const codes: unknown[] = [];
	for (const title of ['三', '四', '五']) {
		await entry.set('title', title);
		await archive.preservation.depositNow(entry.id);
		codes.push(...(await checkAll(archive)).failed.map(({ findings }) => findings.map(({ code }) => code)));
	}
	expect(codes).toEqual([['F002'], ['F004'], ['F004']]);
});
