import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderStorage } from '#server/preservation/folder-storage.ts';
import { RootCheck } from '#server/preservation/ocfl-root-check.ts';
import { surveyObject, type SurveyedObject } from '#server/preservation/store-survey.ts';
import type { Storage } from '#server/storage/storage.ts';
import { aConflict, personOf } from '#tests/support/conflicts.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { by } from '#tests/support/orders.ts';
import { startTestServer } from '#tests/support/server.ts';

/** What lies in the root, by id. */
function survey(root: string): SurveyedObject[] {
	return [...new RootCheck(folderStorage, root, () => undefined).objects()]
		.map((place) => surveyObject(folderStorage, place))
		.toSorted((a, b) => (a.objectId < b.objectId ? -1 : 1));
}

/** What the register says of it, in the same form. */
async function register({ db }: Storage): Promise<SurveyedObject[]> {
	const rows = await db.selectFrom('store_object').selectAll().orderBy('object_id').execute();
	return rows.map((row) => ({
		objectId: row.object_id,
		kind: row.kind,
		head: row.head,
		inventoryDigest: row.inventory_digest,
		files: row.files,
		bytes: row.bytes,
		firstAt: row.first_at,
		lastAt: row.last_at,
	}));
}

describe('the register of the store', () => {
	it('says of every kind of object what lies there, and follows each version', async () => {
		const { app, dataDir } = await startTestServer();
		const root = join(dataDir, 'archive');
		const [first, second] = [await personOf(app, '甲'), await personOf(app, '乙')];
		const entry = await aMadeEntry(app, { title: '一' });
		await app.preservation.depositNow(entry);
		await aConflict(app, entry, 'title', [
			{ by: first, value: '甲的' },
			{ by: second, value: '乙的' },
		]);
		const filter = {};
		await app.conflicts.settle(by(first), { filter, choice: { kind: 'oldest' }, why: '核对' });
		await app.preservation.depositNow(entry);
		await writeFile(join(dataDir, 'list.csv'), '档号,题名\nA-1,甲\nA-2,乙\n');
		const running = { onProgress: () => undefined, signal: new AbortController().signal };
		const { importId } = await app.importDesk.run(by(system), { path: join(dataDir, 'list.csv') }, running);
		await app.importDesk.undo(by(system), importId, false);
		await app.preservation.flush('demand');
		await eventually(async () => {
			const rows = await register(app.storage);
			expect(rows).toEqual(survey(root));
			expect([...new Set(rows.map(({ kind }) => kind))].toSorted()).toEqual([
				'decision',
				'entry',
				'import',
				'people',
				'settings',
				'undone',
			]);
			expect(rows.find(({ objectId }) => objectId.endsWith(entry))?.head).toBeGreaterThan(1);
		});
	});
});
