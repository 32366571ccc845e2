import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { childrenOf, searchEntries } from '#server/catalogue/rows.ts';
import { DEMO_SEED, loadDemo } from '#server/catalogue/synthetic/load-demo.ts';
import { system } from '#tests/support/entries.ts';
import { anImportArchive, importer } from '#tests/support/import-archive.ts';

const SAMPLES = resolve(import.meta.dirname, '../../../../shared/samples');
const hasSamples = existsSync(SAMPLES);
if (!hasSamples) console.log(`SKIPPED: imports of real files, because ${SAMPLES} is not there`);

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
