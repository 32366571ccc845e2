import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { verifyBackup } from '#server/administration/backup/restore.ts';
import type { App } from '#server/app.ts';
import { parseCommandLine } from '#server/cli/command-line.ts';
import { resultText } from '#server/cli/output.ts';
import { runVerb } from '#server/cli/verbs.ts';
import { wordsOf } from '#server/words.ts';
import { aMadeEntry } from '#tests/support/entries.ts';
import { aFolder } from '#tests/support/server.ts';
import { sharedApp } from '#tests/support/shared-app.ts';

let app: App;
const running = { signal: new AbortController().signal, progress: () => undefined };

sharedApp((made) => {
	app = made;
});

async function run(line: readonly string[]): Promise<string> {
	const { verb, args } = parseCommandLine(line, { language: 'zh-CN' } as never);
	const request = { verb, args, as: undefined, user: 'test', language: 'zh-CN' as const };
	return resultText(verb, await runVerb(app, request, running), 'zh-CN');
}

/** What is said instead of an answer. */
async function said(work: Promise<unknown>): Promise<string> {
	return work.then(
		() => 'nothing',
		(error: { code: string; params?: Record<string, string> }) =>
			wordsOf({ code: error.code, params: error.params ?? {} }, 'zh-CN'),
	);
}

it('a file that is not there is named in words, whichever verb wants to read it', async () => {
	const folder = await aFolder();
	const list = join(folder, 'list.csv');
	await writeFile(list, '档号,题名\n');
	for (const file of [join(folder, 'missing.csv'), join(list, 'below-a-file.csv'), folder]) {
		const words = `找不到文件 ${file}。`;
		for (const line of [
			['order', 'create', '--file', file, '--why', '统一'],
			['authority', 'import', file],
			['import', file],
			['import', list, '--mapping', file],
			['unsent', 'import', file],
		])
			expect([line[0], await said(run(line))]).toEqual([line[0], words]);
		expect(await said(verifyBackup(file, running))).toBe(words);
	}
});

it('nothing is told of a fonds that does not exist', async () => {
	for (const verb of [['gates'], ['code', 'gaps'], ['code', 'duplicates']])
		expect([verb, await said(run([...verb, '--fonds', 'B999']))]).toEqual([verb, '没有全宗“B999”。']);
	await aMadeEntry(app, { title: '水务局', level: 'fonds', fields: { referenceCode: 'B004' } });
	expect(await run(['gates', '--fonds', 'B004'])).toContain('0/0');
	for (const verb of ['gaps', 'duplicates'])
		expect(await said(run(['code', verb, '--fonds', 'B004']))).toBe('nothing');
});
