import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as xlsx from '@e965/xlsx';
import { describe, expect, it } from 'vitest';
import { createId, type EntryId } from '#domain/base/ids.ts';
import type { PlacedEntry } from '#domain/catalogue/entry.ts';
import { childrenOf, searchEntries } from '#server/catalogue/rows.ts';
import { DEMO_SEED, loadDemo } from '#server/catalogue/synthetic/load-demo.ts';
import { system } from '#tests/support/entries.ts';
import { anImportArchive, importer, type ImportArchive } from '#tests/support/import-archive.ts';

const SAMPLES = resolve(import.meta.dirname, '../../../../shared/samples');
const hasSamples = existsSync(SAMPLES);
if (!hasSamples) console.log(`SKIPPED: imports of real files, because ${SAMPLES} is not there`);

async function titlesFound({ storage }: ImportArchive, query: string): Promise<string[]> {
	return (await searchEntries(storage, system, query, 0, 100)).rows.map(({ title }) => title);
}

async function countRows({
	storage,
}: ImportArchive): Promise<{ entries: number; imports: number; words: number }> {
	const count = async (table: 'entry' | 'import'): Promise<number> =>
		(
			await storage.db
				.selectFrom(table)
				.select((select) => select.fn.countAll<number>().as('n'))
				.executeTakeFirstOrThrow()
		).n;
	return {
		entries: await count('entry'),
		imports: await count('import'),
		words: (await searchEntries(storage, system, '甲', 0, 1)).total,
	};
}

function aTable(rows: number, title = '甲关于河道整治的通知'): string {
	return `件号,题名,责任者,日期,页数,保管期限,开放状态\n${Array.from({ length: rows }, (_, index) => `${String(index + 1).padStart(6, '0')},${title}${index + 1},沧浦区水务局,20140506,3,永久,开放\n`).join('')}`;
}

function stagingOf({ dataDir }: ImportArchive): string[] {
	const folder = join(dataDir, 'staging');
	return existsSync(folder) ? readdirSync(folder) : [];
}

/** Somebody opened the entry: its first update is in the log. With `edits`, and changed it. */
async function opened({ storage }: ImportArchive, id: EntryId, edits: number): Promise<void> {
	const update = {
		doc: `entry:${id}`,
		payload: new Uint8Array([0, 0]),
		actor: importer,
		receivedAt: new Date().toISOString(),
	};
	await storage.log.begin({ ...update, changes: [] });
	for (let index = 0; index < edits; index++)
		await storage.log.append({
			...update,
			changes: [
				{
					elementId: createId<string>(),
					field: 'title',
					fromValues: '[]',
					toValue: '"改"',
					claimedBy: 'test',
					claimedAt: update.receivedAt,
				},
			],
		});
}

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
		});
		expect(archive.deleted).toEqual([rows[3]?.id]);
		expect((await childrenOf(archive.storage, system, null, 0, 10)).total).toBe(0);
		expect((await searchEntries(archive.storage, system, '河道', 0, 1)).total).toBe(0);
		expect(await archive.imports.list()).toMatchObject([{ state: 'undone' }]);
		expect(
			await archive.storage.db.selectFrom('import_event').select(['kind', 'actor_id']).execute(),
		).toEqual([{ kind: 'undone', actor_id: 'test' }]);
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
		});
		expect(await titlesFound(archive, '河道')).toEqual(['甲关于河道整治的通知6']);
		expect((await childrenOf(archive.storage, system, null, 0, 10)).rows.map(({ id }) => id)).toEqual(
			rootIds,
		);
		const second = await archive.imports.undo(importId, { all: true }, importer);
		expect(second).toEqual({ withdrawn: 2, kept: [] });
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
});

describe('demonstration holdings', () => {
	it('are an import like others, marked as synthetic', async () => {
		const archive = await anImportArchive();
		const result = await loadDemo(archive.imports, importer);
		expect(result).toMatchObject({
			profile: 'dat18',
			byLevel: { fonds: 3, file: 30, item: 400 },
			problems: [],
			losses: [],
			deposited: true,
		});
		expect(await archive.imports.list()).toMatchObject([
			{ synthetic: true, fileName: `合成演示数据-${DEMO_SEED}.jsonl` },
		]);
		const top = (await childrenOf(archive.storage, system, null, 0, 10)).rows;
		expect(top.map(({ referenceCode, synthetic }) => [referenceCode, synthetic])).toEqual([
			['B002', true],
			['B004', true],
			['C002', true],
		]);
		const unlike = await archive.storage.db
			.selectFrom('entry')
			.select((select) => select.fn.countAll<number>().as('n'))
			.where('synthetic', '=', 0)
			.executeTakeFirstOrThrow();
		expect(unlike.n).toBe(0);
		expect((await archive.imports.undo(result.importId, { all: false }, importer)).withdrawn).toBe(
			result.entries,
		);
	});
});

describe.skipIf(!hasSamples)('real files', () => {
	it("read AtoM's description sheet and refuse the one of authority records", async () => {
		const archive = await anImportArchive();
		const result = await archive.imports.run(
			{ path: join(SAMPLES, 'atom-csv/example_information_objects_isad.csv') },
			importer,
		);
		expect(result).toMatchObject({
			format: 'atom-csv',
			profile: 'isad',
			entries: 2,
			byLevel: { fonds: 1, item: 1 },
		});
		expect(result.sample).toEqual([
			{
				title: 'Example fonds',
				level: 'fonds',
				referenceCode: 'F1',
				dateText: 'January 1, 2015 - December 31, 2016; 2016',
				depth: 0,
			},
			{
				title: 'Example Item',
				level: 'item',
				referenceCode: 'IT-1',
				dateText: 'January 2015 - December 2016',
				depth: 1,
			},
		]);
		expect(result.losses.map(({ path }) => path)).toEqual([
			'descriptionIdentifier',
			'institutionIdentifier',
			'descriptionStatus',
			'levelOfDetail',
			'languageOfDescription',
			'scriptOfDescription',
			'sources',
			'culture',
		]);
		await expect(
			archive.imports.run({ path: join(SAMPLES, 'atom-csv/example_authority_records.csv') }, importer),
		).rejects.toMatchObject({
			code: 'import.authority-sheet',
			params: { file: 'example_authority_records.csv' },
		});
	});

	it('read 24,843 official records through a mapping', async () => {
		const archive = await anImportArchive();
		const mapping = {
			profile: 'dat18',
			level: 'item',
			title: '行政院公報 法規與行政規則',
			columns: {
				來源檔: null,
				編號: 'itemNumber',
				公文類型: 'recordType',
				責任者: 'creators',
				成文日期: 'documentDate',
				文號: 'documentNumber',
				題名: 'title',
				主題: 'scopeAndContent',
				關鍵字: 'subjects',
				篇別: 'orgOrMatter',
				署名: 'personNames',
			},
		};
		const result = await archive.imports.run(
			{ path: join(SAMPLES, 'zh/gazette-regulations.csv.gz'), mapping },
			importer,
		);
		expect(result).toMatchObject({
			format: 'csv',
			profile: 'dat18',
			entries: 24_844,
			byLevel: { fonds: 1, item: 24_843 },
		});
		console.log(
			`gazette: ${Math.round(result.entries / result.seconds)} entries/s, losses ${result.losses.map(({ path, count }) => `${path} ${count}`).join(', ')}, problems ${result.problems.length}`,
		);
		expect((await searchEntries(archive.storage, system, '檔案法施行細則', 0, 1)).total).toBeGreaterThan(0);
		expect(
			(await searchEntries(archive.storage, system, '檔徵字第09400000011號', 0, 5)).rows.map(
				({ title }) => title,
			),
		).toEqual(['檔案管理局令：修正「檔案法施行細則」部分條文']);
	});
});

describe('rules of description at import', () => {
	it('are counted with the rows they were found in, by a dry run as by the import, and refuse nothing', async () => {
		const archive = await anImportArchive();
		const table = `档号,题名,责任者,日期,文号,页数\n${[1, 2, 3]
			.map(
				(at) =>
					`Z001-WS·2008·Y-000${at},关于防汛的通知${at},沧浦区水务局,2008030${at},沧水[2008]${at}号,${at === 2 ? '0' : '3'}`,
			)
			.join('\n')}\n`;
		const ask = { uploadId: await archive.put(table, '目录.csv'), profile: 'dat18' };
		const tried = await archive.imports.dryRun(ask, {});
		const found = (rule: string) => tried.findings?.find((each) => each.rule === rule);
		expect(found('R38')).toMatchObject({ severity: 'E', count: 3 });
		expect(found('R38')?.examples.map(({ line, value }) => [line, value])).toEqual([
			[2, '沧水[2008]1号'],
			[3, '沧水[2008]2号'],
			[4, '沧水[2008]3号'],
		]);
		expect(found('R42')).toMatchObject({ count: 1, examples: [{ line: 3 }] });
		const done = await archive.imports.run(ask, importer, {});
		expect(done.findings).toEqual(tried.findings);
		expect(done.entries).toBe(tried.entries);
	});
});
