import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { folderStorage } from '#server/preservation/folder-storage.ts';
import { verify } from '#server/preservation/ocfl-verify.ts';
import { anArchive } from '#tests/support/archive.ts';
import {
	anEmptyDisk,
	damage,
	depositedEntries,
	expectSame,
	objectOf,
	placeIn,
} from '#tests/support/copies.ts';
import { eventually } from '#tests/support/eventually.ts';
import { checkAll } from '#tests/support/fixity.ts';

async function aCopiedArchive() {
	const disk = await anEmptyDisk();
	const archive = await anArchive();
	const entries = await depositedEntries(archive, 3);
	await eventually(async () => {
		await archive.preservation.copies.replicate({ to: disk });
		expectSame(archive.root, disk);
	});
	const repair = (objects: readonly string[], more: { allFailed?: boolean; copy?: string } = {}) =>
		archive.preservation.repair({
			objects,
			allFailed: more.allFailed ?? false,
			...(more.copy === undefined ? { from: disk } : { copy: more.copy }),
			agent: 'test',
		});
	return { disk, archive, entries, repair };
}

it('a damaged object of the store is put aside, and the sound one of a copy in its place', async () => {
	const { disk, archive, entries, repair } = await aCopiedArchive();
	const { db } = archive.storage;
	const [one, two] = entries.map(objectOf) as [string, string];
	const file = damage(placeIn(archive.root, one));
	const damagedBytes = readFileSync(file);
	rmSync(join(placeIn(archive.root, two), 'inventory.json'));
	expect((await checkAll(archive)).failures).toBe(2);
	const open = async (): Promise<(string | null)[]> =>
		(await archive.preservation.fixity.report({ fonds: null })).failures
			.map(({ objectId }) => objectId)
			.toSorted();
	expect(await open()).toEqual([one, two].toSorted());

	const answer = await repair([], { allFailed: true });
	expect(answer).toMatchObject({
		isWhole: true,
		objects: [{ outcome: 'repaired' }, { outcome: 'repaired' }],
	});
	expectSame(archive.root, disk);
	expect(await open()).toEqual([]);
	expect((await checkAll(archive)).failures).toBe(0);
	const aside = readdirSync(join(archive.dataDir, 'archive-damaged'));
	expect(aside).toHaveLength(2);
	const kept = aside
		.map((name) => join(archive.dataDir, 'archive-damaged', name))
		.find((path) => file.includes(path.slice(-64)));
	expect(readFileSync(file.replace(placeIn(archive.root, one), kept ?? ''))).toEqual(damagedBytes);
	const rows = await db.selectFrom('store_object').selectAll().where('object_id', 'in', [one, two]).execute();
	expect(rows.map((row) => row.check_outcome)).toEqual(['pass', 'pass']);
	const events = await db.selectFrom('store_event').selectAll().where('type', '=', 'recovery').execute();
	expect(events).toHaveLength(2);
	const detail = JSON.parse(events.find((event) => event.object_id === one)?.detail ?? '{}') as Record<
		string,
		string
	>;
	expect(detail).toMatchObject({
		from: disk,
		after: rows.find((row) => row.object_id === one)?.inventory_digest,
	});

	// It goes on, and so does the copy.
	await entries[0]!.set('title', '二');
	expect(await archive.preservation.depositNow(entries[0]!.id)).toMatchObject({ version: 'v2' });
	await archive.preservation.copies.replicate({ to: disk });
	expectSame(archive.root, disk);
	expect(await repair([one])).toMatchObject({ objects: [{ outcome: 'sound', from: null }] });
});

it('what checks fail for less than an error is repaired too, not called sound', async () => {
	const { disk, archive, entries, repair } = await aCopiedArchive();
	const object = objectOf(entries[0]!);
	for (const folder of [placeIn(archive.root, object), placeIn(join(disk, 'archive'), object)])
		mkdirSync(join(folder, 'v1/beside'));
	expect((await checkAll(archive)).failed).toMatchObject([
		{ objectId: object, findings: [{ code: 'W002' }] },
	]);
	expect(await repair([object])).toMatchObject({
		objects: [{ outcome: 'refused', why: [{ code: 'preservation.copy-damaged' }] }],
	});
	rmSync(join(placeIn(join(disk, 'archive'), object), 'v1/beside'), { recursive: true });
	expect(await repair([object])).toMatchObject({ objects: [{ outcome: 'repaired' }] });
	expect((await checkAll(archive)).failures).toBe(0);
	expectSame(archive.root, disk);
	mkdirSync(join(placeIn(join(disk, 'archive'), object), 'v1/beside'));
	expect(await repair([object], { copy: disk })).toMatchObject({ objects: [{ outcome: 'repaired' }] });
	expectSame(archive.root, disk);
});

it('an inventory that cannot be read is repaired, in the store and in a copy', async () => {
	const { disk, archive, entries, repair } = await aCopiedArchive();
	const object = objectOf(entries[0]!);
	for (const root of [archive.root, join(disk, 'archive')]) {
		// Larger than anything is read at once: as a damaged disk it refuses to be read, whoever asks.
		truncateSync(join(placeIn(root, object), 'inventory.json'), 2 ** 31);
		expect(await repair([object], root === archive.root ? {} : { copy: disk })).toMatchObject({
			objects: [{ outcome: 'repaired', before: null }],
		});
	}
	expectSame(archive.root, disk);
});

it('an inventory a disk refuses is a finding of its object, and the others are looked at', async () => {
	const { archive, entries } = await aCopiedArchive();
	const place = placeIn(archive.root, objectOf(entries[0]!));
	const { objects: all } = verify(archive.root);
	const read = (path: string): Uint8Array => {
		if (path !== join(place, 'inventory.json')) return folderStorage.read(path);
		throw Object.assign(new Error(`EIO: i/o error, open '${path}'`), { code: 'EIO' });
	};
	expect(verify(archive.root, {}, { ...folderStorage, read })).toMatchObject({
		errors: [{ code: 'E003', path: join(relative(archive.root, place), 'inventory.json') }],
		objects: all,
	});
});

it('an object that is gone comes back', async () => {
	const { disk, archive, entries, repair } = await aCopiedArchive();
	rmSync(join(placeIn(archive.root, objectOf(entries[0]!)), '../../..'), { recursive: true });
	expect(await repair([entries[0]!.id])).toMatchObject({ objects: [{ outcome: 'repaired', before: null }] });
	expectSame(archive.root, disk);
	expect(existsSync(join(archive.dataDir, 'archive-damaged'))).toBe(false);
});

it('a copy that is damaged too, that has not the newest version, or not the object, is refused', async () => {
	const { disk, archive, entries, repair } = await aCopiedArchive();
	const [both, stale, never] = entries as [never, never, never];
	damage(placeIn(archive.root, objectOf(both)));
	damage(placeIn(join(disk, 'archive'), objectOf(both)));
	await entries[1]!.set('title', '二');
	await archive.preservation.depositNow(entries[1]!.id);
	const file = damage(placeIn(archive.root, objectOf(stale)));
	rmSync(join(placeIn(join(disk, 'archive'), objectOf(never)), '../../..'), { recursive: true });
	damage(placeIn(archive.root, objectOf(never)));
	const before = readFileSync(file);
	const answer = await repair(entries.map(objectOf));
	expect(answer.isWhole).toBe(false);
	expect(answer.objects.map(({ outcome, why }) => [outcome, why[0]?.code])).toEqual([
		['refused', 'preservation.copy-damaged'],
		['refused', 'preservation.copy-stale'],
		['refused', 'preservation.copy-lacks'],
	]);
	expect(readFileSync(file)).toEqual(before);
	expect(existsSync(join(archive.dataDir, 'archive-damaged'))).toBe(false);
	const failures = await archive.storage.db
		.selectFrom('store_event')
		.select('outcome')
		.where('type', '=', 'recovery')
		.execute();
	expect(failures.map(({ outcome }) => outcome)).toEqual(['failure', 'failure', 'failure']);
	await expect(repair([], { allFailed: true })).rejects.toMatchObject({
		code: 'preservation.nothing-to-repair',
	});
});

it('a damaged object of a copy is repaired from the store, never from what is damaged there', async () => {
	const { disk, archive, entries, repair } = await aCopiedArchive();
	const root = join(disk, 'archive');
	const [one, two] = entries.map(objectOf) as [string, string];
	damage(placeIn(root, one));
	writeFileSync(join(placeIn(root, two), 'inventory.json'), '{}');
	expect(await repair([one, two], { copy: disk })).toMatchObject({
		isWhole: true,
		objects: [{ outcome: 'repaired' }, { outcome: 'repaired' }],
	});
	expectSame(archive.root, disk);
	expect(readdirSync(join(disk, 'archive-damaged'))).toHaveLength(2);
	damage(placeIn(root, one));
	damage(placeIn(archive.root, one));
	expect(await repair([one], { copy: disk })).toMatchObject({
		isWhole: false,
		objects: [{ outcome: 'refused', why: [{ code: 'preservation.damaged' }] }],
	});
	expect(verify(root).errors).toHaveLength(1);
	expect(readdirSync(join(disk, 'archive-staging'))).toEqual([]);
});
