import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { RegisterContent } from '#domain/catalogue/registers/register.ts';
import { createApp } from '#server/app.ts';
import { resultText } from '#server/cli/output.ts';
import { readConfig } from '#server/config.ts';
import type { ImportAnswer } from '#server/cli/import-verb.ts';
import { runVerb } from '#server/cli/verbs.ts';
import { aFolder } from '#tests/support/folder.ts';
import { TESTER } from '#tests/support/people.ts';
import { anAuthority } from '#tests/support/registers.ts';
import { PASSWORD } from '#tests/support/server.ts';

it('the command line writes creators out when asked, and says how many rows by which decision', async () => {
	const folder = await aFolder();
	const app = await createApp(
		readConfig({ data: join(folder, 'data'), port: '0' }, { LANTAI_LOG_LEVEL: 'silent' }),
	);
	onTestFinished(() => app.close());
	await app.administration.setUp({
		archiveName: '合成测试档案馆',
		archiveCode: '000000',
		adminName: '管理员',
		password: PASSWORD,
		holdings: 'empty',
	});
	const bodies = [
		anAuthority({
			names: [
				{ text: '沧浦县人民政府', to: '2000' },
				{ text: '沧浦区人民政府', from: '2001' },
			],
			shortNames: [{ text: '区府', from: '2001' }],
		}),
		anAuthority({ names: [{ text: '沧浦区水务局' }], shortNames: [{ text: '水局' }] }),
		anAuthority({ names: [{ text: '沧浦区水产局' }], shortNames: [{ text: '水局' }] }),
	];
	await app.registers.save(
		'authority',
		bodies.map((content) => ({ based: 0, content: content as unknown as RegisterContent })),
		'',
		TESTER,
	);
	const file = join(folder, '目录.csv');
	const rows = [
		'区府,2014',
		'区府,2015',
		'沧浦县人民政府,2015',
		'水局,2015',
		'某公司,2015',
		'沧浦区水务局,2015',
	];
	await writeFile(
		file,
		`件号,题名,责任者,日期\n${rows.map((row, at) => `${at + 1},通知${at},${row}0312\n`).join('')}`,
	);
	const importing = async (args: object) =>
		(await runVerb(
			app,
			{
				verb: 'import',
				args: { files: [file], profile: 'dat18', dryRun: true, ...args },
				as: undefined,
				user: 'test',
				language: 'zh-CN',
			},
			{ signal: new AbortController().signal, progress: () => undefined },
		)) as ImportAnswer;
	expect((await importing({})).creators).toBeUndefined();
	const creators = {
		repaired: 3,
		unclear: 1,
		rows: { resolved: 3, unresolved: 1 },
		decisions: [
			{ decision: 'shortName', text: '区府', to: '沧浦区人民政府', rows: 2 },
			{ decision: 'ambiguous', text: '水局', rows: 1 },
			{ decision: 'name', text: '沧浦县人民政府', to: '沧浦区人民政府', rows: 1 },
		],
	};
	const tried = await importing({ authorities: true });
	expect(tried.creators).toEqual(creators);
	const said = resultText('import', tried, 'zh-CN');
	expect(said).toContain('3 行写出全称，1 行不能确定');
	expect(said).toContain('区府 → 沧浦区人民政府（简称）：2 行');
	const done = await importing({ authorities: true, dryRun: false });
	expect(done.creators).toEqual(creators);
	const items = await app.storage.db
		.selectFrom('entry')
		.select('creators_text')
		.where('level', '=', 'item')
		.orderBy('order_key')
		.execute();
	expect(items.map(({ creators_text: text }) => text)).toEqual([
		'沧浦区人民政府',
		'沧浦区人民政府',
		'沧浦区人民政府',
		'水局',
		'某公司',
		'沧浦区水务局',
	]);
});
