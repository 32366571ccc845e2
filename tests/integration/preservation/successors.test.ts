import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DepositRecord } from '#server/preservation/entry-snapshot.ts';
import { SETTINGS_OBJECT } from '#server/preservation/archive-records.ts';
import { OcflStore } from '#server/preservation/ocfl-store.ts';
import { ObjectParts, partId, partOf } from '#server/preservation/object-parts.ts';
import { anArchive, type Archive } from '#tests/support/archive.ts';
import { aFolder } from '#tests/support/folder.ts';
import { aLoggedEntry } from '#tests/support/logged-entries.ts';
import { aVersion, cleanVerdict } from '#tests/support/ocfl.ts';

/** `[object, version]` of an entry as the database knows them, oldest first. */
async function recorded({ preservation }: Archive, id: string): Promise<string[]> {
	return (await preservation.versions(id as never)).map(
		({ objectId, version }) => `${objectId.replace(`urn:uuid:${id}`, '')} ${version}`,
	);
}

async function edited(archive: Archive, times: number) {
	const entry = await aLoggedEntry(archive.storage);
	await archive.preservation.depositNow(entry.id);
	for (let time = 1; time < times; time++) {
		await entry.set('title', `第${time}稿`);
		await archive.preservation.depositNow(entry.id);
	}
	return entry;
}

describe('an object that is full', () => {
	it('is followed by another, which says so, and all of them are one history', async () => {
		const archive = await anArchive({ maxVersions: 3 });
		const entry = await edited(archive, 8);
		expect(await recorded(archive, entry.id)).toEqual([
			' v1',
			' v2',
			' v3',
			'#2 v1',
			'#2 v2',
			'#2 v3',
			'#3 v1',
			'#3 v2',
		]);
		const record = (objectId: string): DepositRecord =>
			JSON.parse(
				Buffer.from(archive.store.readFile(objectId, 'deposit.json') ?? []).toString('utf8'),
			) as DepositRecord;
		const id = `urn:uuid:${entry.id}`;
		expect([id, partId(id, 2), partId(id, 3)].map((each) => record(each).predecessor)).toEqual([
			undefined,
			id,
			partId(id, 2),
		]);
		// Each version begins where the one before it ended, over the limits of objects.
		expect(record(partId(id, 3)).toPosition).toBe(
			(await archive.preservation.versions(entry.id)).at(-1)?.seq,
		);
		expect(await archive.preservation.depositNow(entry.id)).toBeUndefined();
		expect(await archive.preservation.verify()).toEqual(cleanVerdict(3));
	});

	it('is followed by one only, when the database does not know of it after a crash', async () => {
		const archive = await anArchive({ maxVersions: 2 });
		const entry = await edited(archive, 5);
		const { db } = archive.storage;
		const known = await archive.preservation.versions(entry.id);
		const first = known[1];
		await db
			.deleteFrom('deposit')
			.where('seq', '>', first?.seq ?? 0)
			.execute();
		await db
			.updateTable('entry')
			.set({ deposited_seq: first?.seq ?? 0 })
			.where('id', '=', entry.id)
			.execute();
		expect(await archive.preservation.depositNow(entry.id)).toMatchObject({
			objectId: partId(`urn:uuid:${entry.id}`, 3),
			version: 'v1',
		});
		expect(await archive.preservation.versions(entry.id)).toEqual(known);
		await entry.set('title', '又改');
		expect(await archive.preservation.depositNow(entry.id)).toMatchObject({ version: 'v2' });
	});

	it('may be one of the archive’s own records', async () => {
		const archive = await anArchive({ maxVersions: 2 });
		for (let time = 0; time < 5; time++) {
			const value = JSON.stringify(`第${time}次`);
			await archive.storage.db
				.insertInto('setting')
				.values({ key: 'archive.name', value })
				.onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
				.execute();
			archive.preservation.noteArchive();
			await archive.preservation.flush('demand');
			archive.preservation.noteArchive();
			await archive.preservation.flush('demand');
		}
		const heads = [1, 2, 3].map((part) => archive.store.inventory(partId(SETTINGS_OBJECT, part))?.head);
		expect(heads).toEqual(['v2', 'v2', 'v1']);
		const read = archive.store.readFile(partId(SETTINGS_OBJECT, 3), 'settings.json');
		expect(JSON.parse(Buffer.from(read ?? []).toString('utf8'))).toMatchObject({ 'archive.name': '第4次' });
	});
});

describe('parts', () => {
	it('are found in a store anew, wherever a process ended', async () => {
		const folder = await aFolder();
		const store = new OcflStore(join(folder, 'root'), join(folder, 'staging'));
		store.open({ mayCreate: true });
		const put = (text: string): string => {
			const parts = new ObjectParts(store, 2);
			const { objectId, version } = parts.put(aVersion('urn:x:1', {}), () => new Map([['a.txt', text]]));
			expect(parts.newest('urn:x:1')).toEqual({ objectId, version });
			return `${objectId} ${version}`;
		};
		expect(['1', '2', '3', '4', '5'].map(put)).toEqual([
			'urn:x:1 v1',
			'urn:x:1 v2',
			'urn:x:1#2 v1',
			'urn:x:1#2 v2',
			'urn:x:1#3 v1',
		]);
		const after = (objectId: string, version: string): number =>
			new ObjectParts(store, 2).after('urn:x:1', { objectId, version }).length;
		expect([after('urn:x:1', 'v1'), after('urn:x:1#2', 'v2'), after('urn:x:1#3', 'v1')]).toEqual([4, 1, 0]);
		expect(partOf('urn:x:1#12')).toEqual({ id: 'urn:x:1', part: 12 });
		expect(partOf('urn:x:1')).toEqual({ id: 'urn:x:1', part: 1 });
	});
});
