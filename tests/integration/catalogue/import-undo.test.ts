import { describe, expect, it } from 'vitest';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { childrenOf, searchEntries } from '#server/catalogue/rows.ts';
import { system } from '#tests/support/entries.ts';
import { anImportArchive, importer, type ImportArchive } from '#tests/support/import-archive.ts';
import { titlesFound, aTable, opened } from '#tests/support/import-tables.ts';

describe('undoing an import', () => {
	async function anImport(archive: ImportArchive) {
		const result = await archive.imports.run(
			{ uploadId: await archive.put(aTable(1500), '目录.csv') },
			importer,
		);
		const rows = (await childrenOf(archive.storage, system, result.rootIds[0] as EntryId, 0, 10)).rows;
		return { ...result, rows };
	}

	it('withdraws all of it when nobody worked on it', async () => {
		const archive = await anImportArchive();
		const { importId, rows } = await anImport(archive);
		await opened(archive, rows[3]?.id as EntryId, 0);
		expect(await archive.imports.undo(importId, { all: false }, importer)).toEqual({
			withdrawn: 1501,
			kept: [],
			elsewhere: 0,
		});
		expect(archive.deleted).toEqual([rows[3]?.id]);
		expect((await childrenOf(archive.storage, system, null, 0, 10)).total).toBe(0);
		expect((await searchEntries(archive.storage, system, '河道', 0, 1)).total).toBe(0);
		expect(await archive.imports.list()).toMatchObject([{ state: 'undone' }]);
		expect(
			await archive.storage.db.selectFrom('import_event').select(['kind', 'actor_id']).execute(),
		).toEqual([
			{ kind: 'undo-begun', actor_id: 'test' },
			{ kind: 'undone', actor_id: 'test' },
		]);
		expect(await archive.storage.db.selectFrom('audit').select('action').execute()).toEqual([
			{ action: 'import.accept' },
			{ action: 'import.undo' },
		]);
		await expect(archive.imports.undo(importId, { all: false }, importer)).rejects.toMatchObject({
			code: 'import.already-undone',
		});
		await expect(archive.imports.undo(createId(), { all: false }, importer)).rejects.toMatchObject({
			code: 'import.unknown',
		});
	});

	it('keeps edited entries with what is above them, unless told so', async () => {
		const archive = await anImportArchive();
		const { importId, rows, rootIds } = await anImport(archive);
		const edited = rows[5]?.id as EntryId;
		await opened(archive, edited, 1);
		const first = await archive.imports.undo(importId, { all: false }, importer);
		expect(first).toEqual({
			withdrawn: 1499,
			kept: [{ id: edited, title: '甲关于河道整治的通知6', referenceCode: '' }],
			elsewhere: 0,
		});
		expect(await titlesFound(archive, '河道')).toEqual(['甲关于河道整治的通知6']);
		expect((await childrenOf(archive.storage, system, null, 0, 10)).rows.map(({ id }) => id)).toEqual(
			rootIds,
		);
		const second = await archive.imports.undo(importId, { all: true }, importer);
		expect(second).toEqual({ withdrawn: 2, kept: [], elsewhere: 0 });
		expect(archive.deleted).toEqual([edited]);
		expect((await childrenOf(archive.storage, system, null, 0, 10)).total).toBe(0);
	});

	it('keeps what others put beneath it', async () => {
		const archive = await anImportArchive();
		const { importId, rows } = await anImport(archive);
		const under = rows[0]?.id as EntryId;
		const other = await archive.imports.run(
			{ uploadId: await archive.put('题名,页数\n别,1\n', '别.csv'), under },
			importer,
		);
		const result = await archive.imports.undo(importId, { all: true }, importer);
		expect(result).toMatchObject({ withdrawn: 1499, kept: [{ id: other.rootIds[0], title: '别' }] });
		expect((await childrenOf(archive.storage, system, under, 0, 10)).total).toBe(1);
	});

	const register = ({ storage }: ImportArchive, id: EntryId) =>
		storage.db.updateTable('entry').set({ review_state: 'registered' }).where('id', '=', id).execute();
	const statusOf = async ({ storage }: ImportArchive, id: EntryId) =>
		(await storage.db.selectFrom('entry').select('status').where('id', '=', id).executeTakeFirstOrThrow())
			.status;

	it('never takes what is registered meanwhile, with a live document or without, and comes to its end', async () => {
		const meanwhile: EntryId[] = [];
		const archive: ImportArchive = await anImportArchive({
			async registeredMeanwhile(ids) {
				for (const id of meanwhile) await register(archive, id);
				return ids.filter((id) => meanwhile.includes(id));
			},
		});
		const { importId, rows, rootIds } = await anImport(archive);
		const [live, untouched, other] = rows.map(({ id }) => id) as [EntryId, EntryId, EntryId];
		await opened(archive, live, 1);
		await opened(archive, other, 0);
		meanwhile.push(live, untouched);
		const undone = await archive.imports.undo(importId, { all: true }, importer);
		expect(undone).toMatchObject({ withdrawn: 1498, kept: [{ id: live }, { id: untouched }] });
		expect(archive.deleted).toEqual([other]);
		expect(
			await Promise.all([rootIds[0] as EntryId, live, untouched, other].map((id) => statusOf(archive, id))),
		).toEqual(['active', 'active', 'active', 'deleted']);
		await expect(archive.imports.undo(importId, { all: true }, importer)).rejects.toMatchObject({
			code: 'import.registered',
		});
	});

	it('goes on with what was stopped half done, and leaves alone what was registered since', async () => {
		let isStopped = true;
		const archive: ImportArchive = await anImportArchive({
			async registeredMeanwhile() {
				if (isStopped) throw new Error('stopped');
				return [];
			},
		});
		const { importId, rows, rootIds } = await anImport(archive);
		await opened(archive, rows[0]?.id as EntryId, 0);
		await expect(archive.imports.undo(importId, { all: false }, importer)).rejects.toThrow('stopped');
		expect(await archive.imports.list()).toMatchObject([{ state: 'accepted' }]);
		const late = rows[1]?.id as EntryId;
		const { db } = archive.storage;
		// It was not there yet when its neighbours went.
		await db.updateTable('entry').set({ status: 'active' }).where('id', '=', late).execute();
		await register(archive, late);
		isStopped = false;
		expect(await archive.imports.finishUndos()).toEqual([importId]);
		expect(await archive.imports.list()).toMatchObject([{ state: 'undone' }]);
		expect((await childrenOf(archive.storage, system, rootIds[0] as EntryId, 0, 10)).rows).toMatchObject([
			{ id: late },
		]);
		expect(await archive.imports.finishUndos()).toEqual([]);
	});

	it('leaves what went to a fonds that the person does not work with, and counts it', async () => {
		const archive = await anImportArchive();
		const { importId, rows, rootIds } = await anImport(archive);
		const [edited, gone] = rows.map(({ id }) => id) as [EntryId, EntryId];
		for (const id of [edited, gone]) await opened(archive, id, 1);
		await archive.storage.db
			.updateTable('entry')
			.set({ fonds_id: createId() })
			.where('id', '=', gone)
			.execute();
		expect(
			await archive.imports.undo(importId, { all: true, fonds: rootIds as EntryId[] }, importer),
		).toEqual({ withdrawn: 1499, kept: [], elsewhere: 1 });
		expect(archive.deleted).toEqual([edited]);
	});
});
