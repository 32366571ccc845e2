import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join, relative } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isoAt, systemClock } from '#domain/base/clock.ts';
import { renewLineage } from '#server/storage/lineage.ts';
import { anArchive, type Archive } from '#tests/support/archive.ts';
import {
	anEmptyDisk,
	damage,
	depositedEntries,
	expectSame,
	expectSound,
	objectOf,
	placeIn,
} from '#tests/support/copies.ts';
import { eventually } from '#tests/support/eventually.ts';
import { treeOf } from '#tests/support/ocfl.ts';

const stateOf = (archive: Archive) => archive.preservation.copies.status()[0];

describe('a copy', () => {
	it('is made, goes on with further versions alone, and says when all is there', async () => {
		const disk = await anEmptyDisk();
		const archive = await anArchive();
		const { copies } = archive.preservation;
		const entries = await depositedEntries(archive, 3);
		const first = await copies.replicate({ to: disk });
		expect(first).toMatchObject({ isWhole: true, copies: [{ path: disk, failed: [], stopped: null }] });
		expect(first.copies[0]?.objects).toBeGreaterThanOrEqual(3);
		await eventually(async () => {
			await copies.replicate({ to: disk });
			expectSame(archive.root, disk);
		});

		const before = treeOf(join(disk, 'archive'));
		for (const title of ['二', '三']) {
			await entries[0]?.set('title', title);
			await archive.preservation.depositNow(entries[0]!.id);
		}
		const second = await copies.replicate({ to: disk, verify: true });
		expect(second.copies[0]).toMatchObject({ objects: 1, verdict: { valid: true, differing: [] } });
		expectSame(archive.root, disk);
		const after = treeOf(join(disk, 'archive'));
		const place = relative(archive.root, placeIn(archive.root, objectOf(entries[0]!)));
		// What was there is there untouched, but for the inventory of the one object.
		for (const [path, bytes] of Object.entries(before))
			if (!path.includes(`${place}/inventory.json`)) expect(after[path]).toBe(bytes);
		expect((await copies.replicate({ to: disk })).copies[0]).toMatchObject({ objects: 0, bytes: 0 });
	});

	it('is kept by itself, and goes on after it was away', async () => {
		const disk = await anEmptyDisk();
		const archive = await anArchive({ copies: [disk] });
		const [entry] = await depositedEntries(archive, 2);
		await eventually(() => expect(stateOf(archive)).toMatchObject({ state: 'ok', behind: { objects: 0 } }));
		await eventually(() => expectSame(archive.root, disk));

		renameSync(disk, `${disk}-away`);
		await entry!.set('title', '二');
		expect(await archive.preservation.depositNow(entry!.id)).toMatchObject({ version: 'v2' });
		await eventually(() =>
			expect(stateOf(archive)).toMatchObject({
				state: 'away',
				reason: 'preservation.copy-away',
				behind: { objects: 1 },
			}),
		);
		// An empty mount point is no copy, and none is begun there.
		mkdirSync(disk);
		await eventually(() =>
			expect(stateOf(archive)).toMatchObject({ state: 'away', reason: 'preservation.copy-empty' }),
		);
		expect(readdirSync(disk)).toEqual([]);
		rmSync(disk, { recursive: true });
		renameSync(`${disk}-away`, disk);
		await eventually(() => expect(stateOf(archive)).toMatchObject({ state: 'ok', behind: { objects: 0 } }));
		expectSame(archive.root, disk);
	});

	it('is begun anew in a folder that was one only when told so', async () => {
		const disk = await anEmptyDisk();
		const archive = await anArchive();
		const { copies } = archive.preservation;
		await depositedEntries(archive, 1);
		await copies.replicate({ to: disk });
		rmSync(disk, { recursive: true });
		mkdirSync(disk);
		expect(await copies.replicate({ to: disk })).toMatchObject({
			isWhole: false,
			copies: [{ state: 'away', stopped: { code: 'preservation.copy-empty' } }],
		});
		expect(readdirSync(disk)).toEqual([]);
		expect(await copies.replicate({ to: disk, begin: true })).toMatchObject({ isWhole: true });
		await eventually(async () => {
			await copies.replicate({ to: disk });
			expectSame(archive.root, disk);
		});
	});

	it('is begun in a database that was restored only when told so', async () => {
		const disk = await anEmptyDisk();
		const archive = await anArchive({ copies: [disk] });
		await eventually(() => expect(stateOf(archive)?.state).toBe('ok'));
		await renewLineage(archive.storage, isoAt(systemClock));
		const other = await anEmptyDisk();
		const { copies } = archive.preservation;
		expect(await copies.replicate({ to: other })).toMatchObject({
			isWhole: false,
			copies: [{ state: 'away', stopped: { code: 'preservation.copy-unknown' } }],
		});
		expect(readdirSync(other)).toEqual([]);
		expect(await copies.replicate({ to: other, begin: true })).toMatchObject({ isWhole: true });
		// What it knows goes on.
		expect(await copies.replicate()).toMatchObject({ isWhole: true });
	});

	it('of another archive, and other folders, are left as they are', async () => {
		const [own, other, full] = [await anEmptyDisk(), await anEmptyDisk(), await anEmptyDisk()];
		const [one, two] = [await anArchive(), await anArchive()];
		await depositedEntries(one, 1);
		await depositedEntries(two, 1);
		await one.preservation.copies.replicate({ to: own });
		await two.preservation.copies.replicate({ to: other });
		const before = treeOf(other);
		for (const begin of [false, true])
			expect(await one.preservation.copies.replicate({ to: other, begin })).toMatchObject({
				copies: [{ state: 'wrong-disk', stopped: { code: 'preservation.copy-foreign' } }],
			});
		expect(treeOf(other)).toEqual(before);
		cpSync(one.root, join(full, 'archive'), { recursive: true });
		expect(await one.preservation.copies.replicate({ to: full })).toMatchObject({
			copies: [{ state: 'wrong-disk', stopped: { code: 'preservation.copy-not-empty' } }],
		});
		for (const inside of [join(one.dataDir, 'copy'), one.dataDir, join(one.dataDir, '..')])
			await expect(one.preservation.copies.replicate({ to: inside })).rejects.toMatchObject({
				code: 'preservation.copy-inside',
			});
	});

	it('never takes what is damaged in the store', async () => {
		const disk = await anEmptyDisk();
		const archive = await anArchive();
		const { copies } = archive.preservation;
		const [kept, damaged, fresh] = await depositedEntries(archive, 3);
		damage(placeIn(archive.root, objectOf(fresh!)));
		const first = await copies.replicate({ to: disk });
		expect(first).toMatchObject({ isWhole: false });
		expect(first.copies[0]?.failed).toMatchObject([
			{ objectId: objectOf(fresh!), code: 'preservation.damaged' },
		]);
		expect(existsSync(placeIn(join(disk, 'archive'), objectOf(fresh!)))).toBe(false);
		// The old version in the copy stays good, and a sound new version goes beside it.
		const file = damage(placeIn(archive.root, objectOf(damaged!)));
		await damaged!.set('title', '二');
		await archive.preservation.depositNow(damaged!.id).catch(() => undefined);
		await kept!.set('title', '二');
		await archive.preservation.depositNow(kept!.id);
		await copies.replicate({ to: disk });
		expectSound(disk);
		const inCopy = file.replace(archive.root, join(disk, 'archive'));
		expect(readFileSync(inCopy)).not.toEqual(readFileSync(file));
		expect(existsSync(join(placeIn(join(disk, 'archive'), objectOf(kept!)), 'v2'))).toBe(true);
	});

	it('loses what is removed for good, also when it was away then', async () => {
		const disk = await anEmptyDisk();
		const archive = await anArchive({ copies: [disk] });
		const { copies } = archive.preservation;
		const entries = await depositedEntries(archive, 3);
		await eventually(() => expect(stateOf(archive)).toMatchObject({ state: 'ok', behind: { objects: 0 } }));
		const gone = objectOf(entries[0]!);
		renameSync(disk, `${disk}-away`);
		await archive.storage.db.deleteFrom('store_object').where('object_id', '=', gone).execute();
		await copies.removeFromCopies(gone);
		await copies.removeFromCopies(gone);
		await eventually(() => expect(stateOf(archive)?.state).toBe('away'));
		renameSync(`${disk}-away`, disk);
		await eventually(() => expect(existsSync(placeIn(join(disk, 'archive'), gone))).toBe(false));
		await eventually(() => expect(stateOf(archive)?.state).toBe('ok'));
		expectSound(disk);
		expect(await archive.storage.db.selectFrom('store_copy_removal').selectAll().execute()).toEqual([]);
	});

	it('is waited for until it lost what was purged, not until all is there', async () => {
		const disk = await anEmptyDisk();
		// Nothing is tried again by itself meanwhile.
		const archive = await anArchive({ copies: [disk], retryMs: 60_000 });
		const { copies } = archive.preservation;
		const [entry] = await depositedEntries(archive, 1);
		const gone = objectOf(entry!);
		await eventually(() => expect(stateOf(archive)).toMatchObject({ state: 'ok', behind: { objects: 0 } }));
		renameSync(disk, `${disk}-away`);
		const [late] = await depositedEntries(archive, 1);
		await eventually(() => expect(stateOf(archive)?.state).toBe('away'));
		await archive.storage.db.deleteFrom('store_object').where('object_id', '=', gone).execute();
		await copies.removeFromCopies(gone);
		expect(await copies.settleRemovals([gone])).toEqual([{ path: disk, objects: 1 }]);
		renameSync(`${disk}-away`, disk);
		expect(await copies.settleRemovals([gone])).toEqual([]);
		const isInCopy = (objectId: string): boolean => existsSync(placeIn(join(disk, 'archive'), objectId));
		expect([gone, objectOf(late!)].map(isInCopy)).toEqual([false, false]);
		await copies.replicate();
		expect([gone, objectOf(late!)].map(isInCopy)).toEqual([false, true]);
	});

	it('is checked, byte for byte and against the register', async () => {
		const disk = await anEmptyDisk();
		const archive = await anArchive();
		const { copies } = archive.preservation;
		const [one, two, three] = await depositedEntries(archive, 3);
		await copies.replicate({ to: disk });
		damage(placeIn(join(disk, 'archive'), objectOf(one!)));
		rmSync(join(placeIn(join(disk, 'archive'), objectOf(two!)), '../../..'), { recursive: true });
		const {
			isWhole,
			copies: [run],
		} = await copies.replicate({ to: disk, verify: true });
		expect(isWhole).toBe(false);
		expect(run?.verdict).toMatchObject({ valid: false, errors: [{ code: 'E092' }] });
		expect(run?.state).toBe('failing');
		expect(run?.verdict?.differing.toSorted((a, b) => (a.reason < b.reason ? -1 : 1))).toEqual([
			{ objectId: objectOf(one!), reason: 'preservation.copy-damaged', held: 1, registered: 1 },
			{ objectId: objectOf(two!), reason: 'preservation.object-missing', held: null, registered: 1 },
		]);
		// What is missing is brought again; what is damaged waits for a repair, also with a further version.
		await one!.set('title', '二');
		await archive.preservation.depositNow(one!.id);
		await copies.replicate({ to: disk });
		expect(existsSync(placeIn(join(disk, 'archive'), objectOf(two!)))).toBe(true);
		const repair = { objects: [], allFailed: true, copy: disk, agent: 'test' };
		expect(await archive.preservation.repair(repair)).toMatchObject({
			isWhole: true,
			objects: [{ objectId: objectOf(one!), outcome: 'repaired' }],
		});
		expect((await copies.replicate({ to: disk, verify: true })).isWhole).toBe(true);
		expectSame(archive.root, disk);
		expect(readdirSync(join(disk, 'archive-damaged'))).toHaveLength(1);
		expect(
			await archive.preservation.repair({ ...repair, allFailed: false, objects: [three!.id] }),
		).toMatchObject({ objects: [{ outcome: 'sound' }] });
	});
});

describe('a disk that cannot be written', () => {
	function mounted(folder: string, options: string): boolean {
		if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'lantai-test', folder]).status !== 0) {
			console.warn('!!! COPY ON A FULL DISK SKIPPED: only root on Linux can mount a small disk. !!!');
			return false;
		}
		onTestFinished(() => void spawnSync('umount', ['-l', folder]));
		return true;
	}

	it('is not behind for what was written while it was counted', async () => {
		const archive = await anArchive({ copies: [await anEmptyDisk()] });
		const [entry] = await depositedEntries(archive, 1);
		await eventually(() => expect(stateOf(archive)).toMatchObject({ state: 'ok', behind: { objects: 0 } }));
		const { register } = archive.preservation.copies;
		const count = register.count.bind(register);
		let times = 0;
		register.count = async (copyId) => {
			// Before objects are brought, and behind it.
			if (times++ < 2) {
				await entry!.set('title', `题名 ${times}`);
				await archive.preservation.depositNow(entry!.id);
			}
			return count(copyId);
		};
		await archive.preservation.copies.replicate({});
		expect(times).toBeGreaterThanOrEqual(2);
		await eventually(() => expect(stateOf(archive)).toMatchObject({ state: 'ok', behind: { objects: 0 } }));
	});

	it('is full: deposits go on, and the copy when there is room again', async () => {
		const disk = await anEmptyDisk();
		if (!mounted(disk, 'size=400k')) return;
		const archive = await anArchive({ copies: [disk] });
		const entries = await depositedEntries(archive, 2);
		await eventually(() => expect(stateOf(archive)).toMatchObject({ state: 'ok', behind: { objects: 0 } }));
		await entries[0]!.set('scope', randomBytes(300_000).toString('base64'));
		await archive.preservation.depositNow(entries[0]!.id);
		await eventually(() => expect(stateOf(archive)).toMatchObject({ state: 'full', reason: 'ENOSPC' }));
		expectSound(disk);
		await entries[1]!.set('title', '二');
		expect(await archive.preservation.depositNow(entries[1]!.id)).toMatchObject({ version: 'v2' });
		expect(spawnSync('mount', ['-o', 'remount,size=16m', disk]).status).toBe(0);
		await eventually(() => expect(stateOf(archive)).toMatchObject({ state: 'ok', behind: { objects: 0 } }));
		expectSame(archive.root, disk);
	});

	it('is read-only: the same', async () => {
		const disk = await anEmptyDisk();
		if (!mounted(disk, 'size=8m')) return;
		const archive = await anArchive({ copies: [disk] });
		const [entry] = await depositedEntries(archive, 1);
		await eventually(() => expect(stateOf(archive)).toMatchObject({ state: 'ok', behind: { objects: 0 } }));
		expect(spawnSync('mount', ['-o', 'remount,ro', disk]).status).toBe(0);
		await entry!.set('title', '二');
		expect(await archive.preservation.depositNow(entry!.id)).toMatchObject({ version: 'v2' });
		await eventually(() => expect(stateOf(archive)).toMatchObject({ state: 'read-only', reason: 'EROFS' }));
		expect(spawnSync('mount', ['-o', 'remount,rw', disk]).status).toBe(0);
		await eventually(() => expect(stateOf(archive)).toMatchObject({ state: 'ok', behind: { objects: 0 } }));
		expectSame(archive.root, disk);
	});
});
