import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as xlsx from '@e965/xlsx';
import { describe, expect, it } from 'vitest';
import { createId, type EntryId } from '#domain/base/ids.ts';
import type { PlacedEntry } from '#domain/catalogue/entry.ts';
import { childrenOf, searchEntries } from '#server/catalogue/rows.ts';
import { system } from '#tests/support/entries.ts';
import { anImportArchive, importer } from '#tests/support/import-archive.ts';
import { titlesFound, countRows, aTable } from '#tests/support/import-tables.ts';

describe('imports', () => {
	it('put a table into the catalogue, searchable and in order', async () => {
		const archive = await anImportArchive();
		const uploadId = await archive.put(`﻿${aTable(2500)}`, '归档文件目录.csv');
		const dry = await archive.imports.dryRun({ uploadId });
		expect(dry).toMatchObject({
			format: 'csv',
			profile: 'dat18',
			entries: 2501,
			byLevel: { fonds: 1, item: 2500 },
		});
		expect(dry.sample).toHaveLength(20);
		expect(dry.sample[1]).toEqual({
			title: '甲关于河道整治的通知1',
			level: 'item',
			referenceCode: '',
			dateText: '20140506',
			depth: 1,
		});
		expect(await countRows(archive)).toEqual({ entries: 0, imports: 0, words: 0 });

		const progress: number[] = [];
		const result = await archive.imports.run({ uploadId }, importer, {
			onProgress: ({ entries }) => progress.push(entries),
		});
		expect(result).toMatchObject({ entries: 2501, problems: [], deposited: true });
		expect(progress).toEqual(progress.toSorted((a, b) => a - b));
		expect(archive.deposited).toEqual([result.importId]);
		const top = await childrenOf(archive.storage, system, null, 0, 10);
		expect(top.rows).toMatchObject([{ title: '归档文件目录', level: 'fonds', childCount: 2500 }]);
		const page = await childrenOf(archive.storage, system, result.rootIds[0] as EntryId, 2490, 100);
		expect(page.rows.map(({ title }) => title)).toEqual(
			Array.from({ length: 10 }, (_, index) => `甲关于河道整治的通知${2491 + index}`),
		);
		expect((await searchEntries(archive.storage, system, '河道整治', 0, 10)).total).toBe(2500);
		expect(await titlesFound(archive, '整治的通知1999')).toEqual(['甲关于河道整治的通知1999']);
		const row = await archive.storage.db
			.selectFrom('entry')
			.selectAll()
			.where('title', '=', '甲关于河道整治的通知7')
			.executeTakeFirstOrThrow();
		expect(row).toMatchObject({
			fonds_id: result.rootIds[0],
			own_access: 'open',
			access_status: 'open',
			hidden: 0,
			creators_text: '沧浦区水务局',
			date_text: '20140506',
			synthetic: 0,
		});
		expect(await archive.imports.list()).toMatchObject([
			{
				id: result.importId,
				fileName: '归档文件目录.csv',
				entries: 2501,
				state: 'accepted',
				actorName: '测试',
			},
		]);
		await expect(archive.imports.dryRun({ uploadId })).rejects.toMatchObject({
			code: 'import.unknown-upload',
		});
	});

	it('keep the original, the normalised entries and the report for the archival store', async () => {
		const archive = await anImportArchive();
		const table = aTable(700);
		const { importId, rootIds } = await archive.imports.run(
			{ uploadId: await archive.put(table, '目录.csv') },
			importer,
		);
		const folder = join(archive.dataDir, 'staging', importId);
		expect(readdirSync(folder).toSorted()).toEqual(['entries.jsonl.gz', 'original', 'report.json']);
		expect(readFileSync(join(folder, 'original'), 'utf8')).toBe(table);
		const lines = gunzipSync(readFileSync(join(folder, 'entries.jsonl.gz')))
			.toString('utf8')
			.trimEnd()
			.split('\n');
		const entries = lines.map((line) => JSON.parse(line) as PlacedEntry);
		expect(entries).toHaveLength(701);
		expect(entries[0]).toMatchObject({ id: rootIds[0], parentId: null, level: 'fonds' });
		expect(entries[700]).toMatchObject({
			parentId: rootIds[0],
			fields: { title: '甲关于河道整治的通知700', pageCount: 3 },
		});
		expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))).toMatchObject({
			importId,
			entries: 701,
			rootIds,
		});
	});

	it('go beneath an entry, after the children it has, and inherit from it', async () => {
		const archive = await anImportArchive();
		const first = await archive.imports.run(
			{ uploadId: await archive.put('案卷号,题名,开放状态\n1,卷一,控制\n', '一.csv') },
			importer,
		);
		const [file] = (await childrenOf(archive.storage, system, first.rootIds[0] as EntryId, 0, 1)).rows;
		const under = file?.id as EntryId;
		for (const name of ['二.csv', '三.csv'])
			await archive.imports.run(
				{ uploadId: await archive.put('件号,题名\n1,甲\n2,乙\n', name), under },
				importer,
			);
		const children = (await childrenOf(archive.storage, system, under, 0, 10)).rows;
		expect(children.map(({ title, level }) => [title, level])).toEqual([
			['二', 'series'],
			['三', 'series'],
		]);
		const rows = await archive.storage.db
			.selectFrom('entry')
			.select(['level', 'fonds_id', 'access_status', 'own_access'])
			.where(
				'parent_id',
				'in',
				children.map(({ id }) => id),
			)
			.execute();
		expect(rows).toHaveLength(4);
		for (const row of rows)
			expect(row).toMatchObject({
				fonds_id: first.rootIds[0],
				access_status: 'restricted',
				own_access: null,
			});
		await expect(
			archive.imports.dryRun({
				uploadId: await archive.put('件号,题名\n1,甲\n', '四.csv'),
				under: createId(),
			}),
		).rejects.toMatchObject({ code: 'catalogue.unknown-entry' });
	});

	it('read GB18030, UTF-16 and files of this machine', async () => {
		const archive = await anImportArchive();
		// 题名,页数 / 甲,3 in GB18030
		const gb = Buffer.from('ccc3c3fb2cd2b3cafd0abcd72c330a'.replace('ccc3', 'cce2'), 'hex');
		const wide = Buffer.from('\ufeff题名\t页数\n乙\t4\n', 'utf16le');
		const folder = archive.dataDir;
		for (const [name, bytes, title] of [
			['gb.csv', gb, '甲'],
			['wide.txt', wide, '乙'],
		] as const) {
			const path = join(folder, name);
			await writeFile(path, bytes);
			expect((await archive.imports.run({ path }, importer)).sample.map(({ title }) => title)).toContain(
				title,
			);
			expect(readFileSync(path)).toEqual(bytes);
		}
		await expect(archive.imports.run({ path: join(folder, 'none.csv') }, importer)).rejects.toMatchObject({
			code: 'import.no-file',
			params: { file: join(folder, 'none.csv') },
		});
	});

	it('read workbooks of filed documents and of files', async () => {
		const archive = await anImportArchive();
		const book = xlsx.utils.book_new();
		xlsx.utils.book_append_sheet(
			book,
			xlsx.utils.aoa_to_sheet([
				['沧浦区水务局2021年归档文件目录'],
				['件号', '责任者', '文号', '题名', '日期', '页数'],
				['0001', '沧浦区水务局', '沧水务〔2021〕1号', '甲通知', { t: 'n', v: 44200, z: 'yyyy/m/d' }, 3],
			]),
			'文件',
		);
		xlsx.utils.book_append_sheet(
			book,
			xlsx.utils.aoa_to_sheet([
				['案卷号', '案卷题名', '起止日期', '页数', '保管期限'],
				['0012', '乙卷', '19850101-19861231', 86, '长期'],
			]),
			'案卷',
		);
		const uploadId = await archive.put(
			xlsx.write(book, { type: 'buffer', bookType: 'xlsx' }) as Buffer,
			'目录.xlsx',
		);
		const result = await archive.imports.run({ uploadId }, importer);
		expect(result).toMatchObject({ format: 'xlsx', entries: 4, byLevel: { fonds: 2, item: 1, file: 1 } });
		expect(result.sample.map(({ title, dateText }) => [title, dateText])).toEqual([
			['沧浦区水务局2021年归档文件目录', ''],
			['甲通知', '20210104'],
			['目录 案卷', ''],
			['乙卷', '19850101-19861231'],
		]);
	});

	it('run two at once', async () => {
		const archive = await anImportArchive();
		const uploads = await Promise.all(
			['一', '二'].map((name) => archive.put(aTable(3000, `${name}的题名`), `${name}.csv`)),
		);
		const results = await Promise.all(uploads.map((uploadId) => archive.imports.run({ uploadId }, importer)));
		expect(results.map(({ entries }) => entries)).toEqual([3001, 3001]);
		for (const [index, name] of ['一', '二'].entries()) {
			expect((await searchEntries(archive.storage, system, `${name}的题名`, 0, 1)).total).toBe(3000);
			expect(
				(await childrenOf(archive.storage, system, results[index]?.rootIds[0] as EntryId, 0, 1)).total,
			).toBe(3000);
		}
		const twice = await archive.put(aTable(10), '三.csv');
		const [first, second] = await Promise.allSettled([
			archive.imports.run({ uploadId: twice }, importer),
			archive.imports.run({ uploadId: twice }, importer),
		]);
		expect([first.status, second.status].toSorted()).toEqual(['fulfilled', 'rejected']);
	});

	it('find every part of a Han title, also with characters younger than the engine', async () => {
		const archive = await anImportArchive();
		const title = '丂\u9fef\u{20bb7}\u{30123}〇々龘关于';
		await archive.imports.run(
			{ uploadId: await archive.put(`题名,页数\n${title},1\n`, '生僻字.csv') },
			importer,
		);
		const characters = [...title];
		for (let from = 0; from < characters.length; from++)
			for (let to = from + 1; to <= characters.length; to++)
				expect(await titlesFound(archive, characters.slice(from, to).join(''))).toEqual([title]);
		expect(await titlesFound(archive, '于关')).toEqual([]);
	});
});
