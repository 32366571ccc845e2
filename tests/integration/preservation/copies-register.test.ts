import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestOf } from '#server/preservation/digests.ts';
import { anArchive } from '#tests/support/archive.ts';
import { anEmptyDisk, damage, depositedEntries, objectOf, placeIn } from '#tests/support/copies.ts';
import type { LoggedEntry } from '#tests/support/logged-entries.ts';
import { treeOf } from '#tests/support/ocfl.ts';

/** An archive with a copy of two versions of an object, of which the store has one again. */
async function setBack() {
	const disk = await anEmptyDisk();
	const archive = await anArchive();
	const [entry, other] = (await depositedEntries(archive, 2)) as [LoggedEntry, LoggedEntry];
	const place = placeIn(archive.root, objectOf(entry));
	const old = join(await anEmptyDisk(), 'v1');
	cpSync(place, old, { recursive: true });
	await entry.set('title', '二');
	await archive.preservation.depositNow(entry.id);
	return {
		disk,
		archive,
		objectId: objectOf(entry),
		other: objectOf(other),
		goBack() {
			rmSync(place, { recursive: true });
			cpSync(old, place, { recursive: true });
		},
	};
}

describe('a store that was set back to an old state', () => {
	it('makes no copy that is called whole: the missing versions are named', async () => {
		const { disk, archive, objectId, goBack } = await setBack();
		const { copies } = archive.preservation;
		goBack();
		const { isWhole, copies: runs } = await copies.replicate({ to: disk, verify: true });
		expect(isWhole).toBe(false);
		expect(runs).toMatchObject([
			{
				state: 'failing',
				verdict: {
					valid: true,
					differing: [{ objectId, reason: 'preservation.copy-stale', held: 1, registered: 2 }],
				},
			},
		]);
	});

	it('takes nothing newer out of a copy, where it may be the last', async () => {
		const { disk, archive, objectId, other, goBack } = await setBack();
		const { copies } = archive.preservation;
		await copies.replicate({ to: disk });
		goBack();
		const before = treeOf(disk);
		const repair = (objects: readonly string[]) =>
			archive.preservation.repair({ objects, allFailed: false, copy: disk, agent: 'test' });
		expect(await repair([objectId])).toMatchObject({
			isWhole: false,
			objects: [{ outcome: 'refused', why: [{ code: 'preservation.store-diverged' }] }],
		});
		// Without a register, as just after a rebuild, versions are counted.
		await archive.storage.db.deleteFrom('store_object').where('object_id', '=', objectId).execute();
		damage(placeIn(join(disk, 'archive'), objectId));
		const damaged = treeOf(disk);
		expect(await repair([objectId, other])).toMatchObject({
			objects: [{ outcome: 'refused', why: [{ code: 'preservation.copy-newer' }] }, { outcome: 'sound' }],
		});
		expect(treeOf(disk)).toEqual(damaged);
		expect(Object.keys(damaged)).toEqual(Object.keys(before));
	});
});

it('a copy of versions the register does not know yet is whole', async () => {
	const { disk, archive, objectId } = await setBack();
	const { copies } = archive.preservation;
	const { db } = archive.storage;
	const row = db.selectFrom('store_object').selectAll().where('object_id', '=', objectId);
	const now = await row.executeTakeFirstOrThrow();
	const store = placeIn(archive.root, objectId);
	await copies.replicate({ to: disk });
	// As a crash leaves it between store and database.
	const inventory_digest = digestOf('sha512', readFileSync(join(store, 'v1/inventory.json')));
	await db
		.updateTable('store_object')
		.set({ head: 1, inventory_digest })
		.where('object_id', '=', objectId)
		.execute();
	expect(await copies.replicate({ to: disk, verify: true })).toMatchObject({ isWhole: true });
	await db.updateTable('store_object').set(now).where('object_id', '=', objectId).execute();
	expect(await copies.replicate({ to: disk, verify: true })).toMatchObject({ isWhole: true });
});

it('a mistyped object is refused before a copy is said to fail', async () => {
	const disk = await anEmptyDisk();
	const archive = await anArchive();
	const [entry] = await depositedEntries(archive, 1);
	await archive.preservation.copies.replicate({ to: disk });
	const id = `${objectOf(entry!).slice(0, -1)}x`;
	await expect(
		archive.preservation.repair({
			objects: [objectOf(entry!), id],
			allFailed: false,
			copy: disk,
			agent: 'test',
		}),
	).rejects.toMatchObject({ code: 'preservation.unknown-object', params: { id } });
	expect(await archive.storage.db.selectFrom('store_copy').select('outcome').distinct().execute()).toEqual([
		{ outcome: 'pass' },
	]);
});

it('a copy whose damage was repaired is not said to fail any more', async () => {
	const disk = await anEmptyDisk();
	const archive = await anArchive({ copies: [disk] });
	const [entry] = await depositedEntries(archive, 1);
	const object = objectOf(entry as LoggedEntry);
	const { copies } = archive.preservation;
	expect(await copies.replicate({ verify: true })).toMatchObject({ isWhole: true });
	damage(placeIn(join(disk, 'archive'), object));
	expect(await copies.replicate({ verify: true })).toMatchObject({ isWhole: false });
	expect(copies.status()).toMatchObject([{ state: 'failing', reason: 'preservation.copy-damaged' }]);
	const repaired = await archive.preservation.repair({
		...{ objects: [object], allFailed: false, copy: disk, agent: 'test' },
	});
	expect(repaired.isWhole).toBe(true);
	expect(copies.status()).toMatchObject([{ state: 'ok' }]);
});
