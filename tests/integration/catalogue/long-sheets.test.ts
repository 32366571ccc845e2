import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Authority } from '#domain/catalogue/authorities/authority.ts';
import { createApp } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { aFolder } from '#tests/support/folder.ts';
import { system } from '#tests/support/entries.ts';

/** Longer than what is read of a file, and sent between threads, at once. */
const ROWS = 3000;

it('every row of a long sheet arrives, and is the same when it is read again', async () => {
	const folder = await aFolder();
	const app = await createApp(
		readConfig({ data: join(folder, 'data'), port: '0' }, { LANTAI_LOG_LEVEL: 'silent' }),
	);
	onTestFinished(() => app.close());
	const path = join(folder, '责任者.csv');
	const name = (at: number): string => `沧浦区第${at}局`;
	const lines = Array.from(
		{ length: ROWS },
		(_, at) => `机构,${name(at)}（2001-）,${at === 2500 ? name(2999) : at === 2600 ? '没有的局' : ''}`,
	);
	const write = (all: readonly string[]) => writeFile(path, `种类,名称,前身\n${all.join('\n')}\n`);
	const read = (isTrial: boolean) =>
		app.sheets.read(
			{ person: system, via: null },
			'authority',
			{ path, fileName: '责任者.csv' },
			{ why: '建册', isTrial, language: 'zh' },
		);
	await write(lines);
	const wrong = await read(false);
	expect(wrong).toMatchObject({ isSaved: false, counts: { new: ROWS - 1, wrong: 1 } });
	expect(wrong.rows[0]).toMatchObject({
		row: 2602,
		state: 'wrong',
		problems: [{ code: 'predecessor_unknown', field: 'predecessors' }],
	});
	expect(app.registers.list('authority')).toEqual([]);

	await write(lines.map((line) => line.replace('没有的局', '')));
	expect(await read(false)).toMatchObject({ isSaved: true, counts: { new: ROWS, wrong: 0 } });
	const saved = app.registers.list<Authority>('authority');
	expect(saved.map(({ content }) => content.names[0]?.text)).toEqual(lines.map((_, at) => name(at)));
	expect(saved[2500]?.content.predecessors).toEqual([saved[2999]?.id]);

	await write(lines.map((line) => line.replace('没有的局', '').replace('第1700局', '第1700分局')));
	expect((await read(true)).counts).toEqual({ new: 1, changed: 0, same: ROWS - 1, wrong: 0 });
});
