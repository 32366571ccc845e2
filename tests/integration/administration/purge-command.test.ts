import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createApp } from '#server/app.ts';
import { runCli } from '#server/cli.ts';
import { serveAppCommands } from '#server/cli/command-socket.ts';
import { readConfig } from '#server/config.ts';
import { aFolder } from '#tests/support/folder.ts';
import { PASSWORD } from '#tests/support/people.ts';
import { findWords } from '#tests/support/raw-bytes.ts';

interface Answer {
	readonly code: number;
	readonly out: string;
	readonly err: string;
}

async function lantai(args: readonly string[], language: 'en' | 'zh-CN' = 'en', input = ''): Promise<Answer> {
	let out = '';
	let err = '';
	const code = await runCli(args, {
		stdin: Readable.from([input]),
		stdout: { write: (text) => (out += text) },
		stderr: { write: (text) => (err += text) },
		language,
		signal: new AbortController().signal,
	});
	return { code, out, err };
}

/** Proposes, is refused to approve alone, approves as somebody else, and shows the certificate. */
async function walk(data: string): Promise<void> {
	const on = ['--data', data];
	const json = async <T>(...args: string[]): Promise<T> => {
		const { out, err } = await lantai([...args, '--json', ...on]);
		return JSON.parse(out || err) as T;
	};
	const file = join(await aFolder(), 'list.csv');
	await writeFile(file, 'referenceCode,title,level\nA1,绝密词一,file\nA2,批复,file\n');
	await json('import', file);
	const [list] = await json<{ children: { id: string }[] }[]>('tree');
	const id = list?.children[0]?.id ?? '';
	expect(await json('archive', 'purge', 'propose', id, '--ground', 'classified')).toMatchObject({
		error: { code: 'purge.without-reason' },
	});
	const proposed = await lantai(
		['archive', 'purge', 'propose', id, '--ground', 'classified', '--why', '误入', ...on],
		'zh-CN',
	);
	expect(proposed.out).toMatch(/已提出清除单 P\d{4}-0001[^]*绝密词一[^]*改写 {2}import[^]*list\.csv/);
	const number = /P\d{4}-0001/.exec(proposed.out)?.[0] ?? '';
	const preview = await json<{ objects: { kind: string; action: string }[] }>(
		'archive',
		'purge',
		'preview',
		number,
	);
	expect(preview.objects).toMatchObject([{ kind: 'import', action: 'rewrite' }]);
	expect(await json('archive', 'purge', 'approve', number)).toMatchObject({
		error: { code: 'purge.own-order' },
	});
	const approved = await lantai(['archive', 'purge', 'approve', number, '--as', '管理员', ...on]);
	expect([approved.code, approved.out]).toEqual([0, expect.stringContaining('Purged and searched again')]);
	expect(await json('archive', 'purge', 'list', '--state', 'done')).toMatchObject([
		{ number, state: 'done' },
	]);
	expect(await json('archive', 'purge', 'certificate', number)).toMatchObject({ number, entries: [{ id }] });
	expect((await lantai(['archive', 'purge', 'certificate', number, ...on])).out).toContain(id);
	expect((await json<{ valid: boolean }>('archive', 'verify')).valid).toBe(true);
	expect(findWords(data, ['绝密词'])).toEqual([]);
}

async function anArchive(): Promise<string> {
	const data = join(await aFolder(), 'data');
	await lantai(['setup', '--admin', '管理员', '--password-stdin', '--data', data], 'en', `${PASSWORD}\n`);
	return data;
}

describe('purging from the command line', () => {
	it('on a data directory that nobody has open', async () => {
		await walk(await anArchive());
	});

	it('through a running server', async () => {
		const data = await anArchive();
		const app = await createApp(readConfig({ data, port: '0', logLevel: 'silent' }));
		const commands = await serveAppCommands(app);
		onTestFinished(async () => {
			await commands.close();
			await app.close();
		});
		await walk(data);
	});
});
