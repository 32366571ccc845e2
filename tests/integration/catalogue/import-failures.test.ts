import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { searchEntries } from '#server/catalogue/rows.ts';
import { system } from '#tests/support/entries.ts';
import { anImportArchive, importer } from '#tests/support/import-archive.ts';
import { titlesFound, countRows, aTable, stagingOf } from '#tests/support/import-tables.ts';

describe('imports', () => {
	it.each([
		[
			'open.csv',
			'题名,页数\n甲,1\n"乙,2\n',
			{ code: 'import.broken', params: { file: 'open.csv', line: 3 } },
		],
		['picture.csv', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13]), { code: 'import.unknown-format' }],
		['empty.csv', '', { code: 'import.empty' }],
		['headings.csv', '题名,页数\n', { code: 'import.no-entries', params: { file: 'headings.csv' } }],
		['words.csv', '甲,乙\n丙,丁\n', { code: 'import.no-header' }],
		['lines.jsonl', '{"id":"x","parentId":null}\n', { code: 'import.broken', params: { line: 1 } }],
		['late.csv', `${aTable(3000)}"甲,\n`, { code: 'import.broken', params: { line: 3002 } }],
	])('refuse %s and leave nothing behind', async (name, content, refusal) => {
		const archive = await anImportArchive();
		await expect(
			archive.imports.run({ uploadId: await archive.put(content, name) }, importer),
		).rejects.toMatchObject(refusal);
		expect(await countRows(archive)).toEqual({ entries: 0, imports: 0, words: 0 });
		expect(stagingOf(archive)).toEqual([]);
	});

	it('refuse an upload that is too large, and a mapping nobody can follow', async () => {
		const { imports, dataDir, put } = await anImportArchive({ maxUploadBytes: 1000 });
		await expect(put(Buffer.alloc(2000), 'x.csv')).rejects.toMatchObject({
			code: 'import.too-large',
			status: 413,
		});
		expect(readdirSync(join(dataDir, 'staging'))).toEqual([]);
		const uploadId = await put('a,b\n', 'x.csv');
		await expect(imports.dryRun({ uploadId, mapping: { columns: { a: 'nothing' } } })).rejects.toMatchObject({
			code: 'import.mapping',
			params: { path: 'columns.a' },
		});
	});

	it('cancelled in the middle leave nothing', async () => {
		const archive = await anImportArchive();
		const uploadId = await archive.put(aTable(20_000), '大.csv');
		const cancel = new AbortController();
		await expect(
			archive.imports.run({ uploadId }, importer, {
				signal: cancel.signal,
				onProgress({ entries }) {
					if (entries > 3000) cancel.abort(new Error('enough'));
				},
			}),
		).rejects.toThrow('enough');
		expect(await countRows(archive)).toEqual({ entries: 0, imports: 0, words: 0 });
		expect(stagingOf(archive)).toEqual([]);
	});

	it('are invisible until they are accepted; what a crash left is removed at the start', async () => {
		const archive = await anImportArchive();
		const kept = await archive.imports.run(
			{ uploadId: await archive.put('题名,页数\n留,1\n', '留.csv') },
			importer,
		);
		const uploadId = await archive.put(aTable(6000), '大.csv');
		let seen: number | undefined;
		let asked: Promise<void> | undefined;
		const cancel = new AbortController();
		// The process dies in the middle: rows and folder stay, nobody tidies up.
		const half = archive.imports.run({ uploadId }, importer, {
			signal: cancel.signal,
			onProgress({ entries }) {
				if (entries > 1000 && !asked)
					asked = searchEntries(archive.storage, system, '河道', 0, 1).then(({ total }) => {
						seen = total;
					});
			},
		});
		await half;
		await asked;
		expect(seen).toBe(0);
		await archive.storage.db
			.updateTable('import')
			.set({ state: 'staging' })
			.where('file_name', '=', '大.csv')
			.execute();
		expect((await searchEntries(archive.storage, system, '河道', 0, 1)).total).toBe(0);
		await archive.put('题名\n', '忘.csv');
		expect(stagingOf(archive)).toHaveLength(3);
		await archive.imports.cleanUp();
		expect(await countRows(archive)).toMatchObject({ entries: 2, imports: 1 });
		expect(stagingOf(archive)).toEqual([kept.importId]);
		// Row ids come again: the index must not hold words of what was removed.
		await archive.imports.run({ uploadId: await archive.put('题名,页数\n新,1\n', '新.csv') }, importer);
		expect((await searchEntries(archive.storage, system, '河道', 0, 1)).total).toBe(0);
		expect(await titlesFound(archive, '新')).toHaveLength(2);
	});
});
