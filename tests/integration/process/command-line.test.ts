import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createApp } from '#server/app.ts';
import { runCli } from '#server/cli.ts';
import { serveAppCommands } from '#server/cli/command-socket.ts';
import { readConfig } from '#server/config.ts';
import { aFolder } from '#tests/support/folder.ts';
import { PASSWORD } from '#tests/support/people.ts';

const CSV = ['referenceCode,title,level', 'A1,通知,file', 'A2,批复,file', ''].join('\n');

interface Answer {
	readonly code: number;
	readonly out: string;
	readonly err: string;
}

/** Runs a command line with `--json`; its standard output parsed. */
async function lantai(args: readonly string[], input = ''): Promise<Answer & { readonly json: never }> {
	let out = '';
	let err = '';
	const code = await runCli([...args, '--json'], {
		stdin: Readable.from([input]),
		stdout: { write: (text) => (out += text) },
		stderr: { write: (text) => (err += text) },
		language: 'en',
		signal: new AbortController().signal,
	});
	return { code, out, err, json: JSON.parse(out || err) as never };
}

async function anArchive(): Promise<string> {
	const data = join(await aFolder(), 'data');
	const { code, err } = await lantai(
		['setup', '--admin', '管理员', '--password-stdin', '--data', data],
		`${PASSWORD}\n`,
	);
	expect([code, err]).toEqual([0, '']);
	return data;
}

/** Opens the archive as the server does, to be reached through its socket. */
async function run(dataDir: string): Promise<void> {
	const app = await createApp(readConfig({ data: dataDir, port: '0', logLevel: 'silent' }));
	const commands = await serveAppCommands(app);
	onTestFinished(async () => {
		await commands.close();
		await app.close();
	});
}

async function walk(data: string): Promise<void> {
	const on = ['--data', data];
	const file = join(data, '..', 'list.csv');
	await writeFile(file, CSV);

	const added = await lantai(
		['user', 'add', '张三', '--role', 'archivist', '--password-stdin', ...on],
		PASSWORD,
	);
	expect(added.json).toMatchObject({ name: '张三', role: 'archivist' });
	expect((await lantai(['token', '张三', ...on])).json).toEqual({ token: expect.stringMatching(/^lt_/) });

	const tried = await lantai(['import', file, '--dry-run', ...on]);
	expect(tried.json).toMatchObject({ importId: null, entries: 3, byLevel: { file: 2 } });
	const imported = await lantai(['import', file, '--as', '张三', ...on]);
	expect(imported.json).toMatchObject({ entries: 3, byLevel: { file: 2 }, losses: [], problems: [] });

	// The list of a file stands under an entry named for it.
	const [list] = (await lantai(['tree', ...on])).json as {
		id: string;
		childCount: number;
		children: { id: string; title: string }[];
	}[];
	expect(list).toMatchObject({ childCount: 2, children: [{ title: '通知' }, { title: '批复' }] });
	expect((await lantai(['tree', ...on, '--depth', '1'])).json).not.toHaveProperty('0.children');
	expect((await lantai(['tree', list?.id ?? '', ...on])).json).toHaveLength(2);
	const id = list?.children[0]?.id ?? '';
	expect((await lantai(['set', `entry:${id}`, 'title', '改过的题名', '--as', '张三', ...on])).code).toBe(0);
	const shown = await lantai(['show', id, ...on]);
	expect(shown.json).toMatchObject({
		id,
		level: 'file',
		parentId: list?.id,
		fields: { title: '改过的题名' },
	});

	const output = join(data, '..', 'out.json');
	expect((await lantai(['export', id, '--format', 'json', '-o', output, ...on])).json).toMatchObject({
		path: output,
		format: 'json',
	});
	expect(await readFile(output, 'utf8')).toContain('改过的题名');

	// A stopped archive deposits when the command before it ends, a running one when editing settles: at the latest now.
	const deposited = await lantai(['archive', 'deposit', id, ...on]);
	expect([deposited.code, deposited.json]).toMatchObject([0, { waiting: 0, failures: [] }]);
	expect((await lantai(['archive', 'status', ...on])).json).toMatchObject({
		state: 'ok',
		working: { versions: 1, entries: 1 },
		approved: { versions: 0, entries: 0 },
		waiting: { entries: 0, records: 0, oldest: [] },
		kinds: expect.arrayContaining([
			expect.objectContaining({ kind: 'entry', objects: 1, versions: 1 }),
			expect.objectContaining({ kind: 'import', objects: 1 }),
		]),
		growth: [expect.objectContaining({ versions: expect.any(Number) })],
	});
	expect((await lantai(['archive', 'verify', ...on])).json).toMatchObject({ valid: true, errors: [] });

	const disk = join(data, '..', 'disk');
	await mkdir(disk);
	expect((await lantai(['archive', 'replicate', '--to', disk, '--verify', ...on])).json).toMatchObject({
		isWhole: true,
		copies: [{ path: disk, failed: [], stopped: null, verdict: { valid: true, differing: [] } }],
	});
	expect(
		(await lantai(['archive', 'repair', 'urn:lantai:people', '--from', disk, ...on])).json,
	).toMatchObject({ isWhole: true, objects: [{ outcome: 'sound' }] });
	expect(await lantai(['archive', 'repair', 'urn:x:1', '--copy', disk, ...on])).toMatchObject({
		code: 1,
		json: { error: { code: 'preservation.unknown-object', params: { id: 'urn:x:1' } } },
	});
	expect((await lantai(['archive', 'copies', ...on])).json).toEqual({ copies: [] });
	expect((await lantai(['archive', 'replicate', '--as', '张三', '--to', disk, ...on])).json).toMatchObject({
		error: { code: 'permissions.denied' },
	});

	const backup = join(data, '..', 'backup.tar');
	const made = await lantai(['backup', backup, ...on]);
	expect([made.code, made.json]).toMatchObject([0, { file: backup, entries: 3, objects: 4, atSeq: 2 }]);
	expect((await lantai(['backup', backup, ...on])).json).toMatchObject({ error: { code: 'backup.exists' } });
	expect((await lantai(['backup', 'verify', backup])).json).toMatchObject({ valid: true, entries: 3 });
	const restored = join(data, '..', 'restored');
	expect((await lantai(['restore', backup, '--data', restored])).json).toMatchObject({
		dir: restored,
		entries: 3,
		objects: 4,
	});
	expect((await lantai(['show', id, '--data', restored])).json).toMatchObject({
		fields: { title: '改过的题名' },
	});
	expect((await lantai(['restore', backup, ...on])).json).toMatchObject({
		error: { code: 'restore.not-empty' },
	});

	const { importId } = imported.json as { importId: string };
	const undone = await lantai(['import', 'undo', importId, ...on]);
	expect(undone.json).toMatchObject({ withdrawn: 1, kept: [{ title: '改过的题名' }] });

	for (const [args, code] of [
		[['show', 'x'], 'catalogue.unknown-entry'],
		[['tree', '--as', '不在的人'], 'permissions.unknown-person'],
		[['token', '张三', '--as', '张三'], 'permissions.denied'],
		[['import', join(data, 'no-such-file')], 'import.no-file'],
		[['export', id, '--format', 'ead3', '-o', join(data, 'no/such/folder.xml')], 'cli.export-target'],
		[['import', 'undo', importId], 'import.already-undone'],
	] as const) {
		const refused = await lantai([...args, ...on]);
		expect(refused.json).toMatchObject({ error: { code } });
		expect([refused.code, refused.out]).toEqual([1, '']);
	}
}

describe('the command line', () => {
	it('reads a mapping as Windows saves it, with a byte-order mark', async () => {
		const data = await anArchive();
		await run(data);
		const [file, mapping] = [join(data, '..', 'list.csv'), join(data, '..', 'mapping.json')];
		await writeFile(file, CSV);
		await writeFile(mapping, `\ufeff${JSON.stringify({ level: 'item', columns: { level: null } })}`);
		const { json } = await lantai(['import', file, '--mapping', mapping, '--dry-run', '--data', data]);
		expect(json).toMatchObject({ byLevel: { item: 2 }, losses: [{ path: 'level', count: 2 }] });
	});

	it('does everything on a stopped archive', async () => {
		await walk(await anArchive());
	});

	it('does everything on a running archive', async () => {
		const data = await anArchive();
		await run(data);
		await walk(data);
	});

	it('says who did it', async () => {
		const data = await anArchive();
		const app = await createApp(readConfig({ data, port: '0', logLevel: 'silent' }));
		const commands = await serveAppCommands(app);
		onTestFinished(async () => {
			await commands.close();
			await app.close();
		});
		await lantai(
			['user', 'add', '张三', '--role', 'administrator', '--password-stdin', '--data', data],
			PASSWORD,
		);
		await lantai(['token', '张三', '--as', '张三', '--data', data]);
		const rows = await app.storage.db
			.selectFrom('audit')
			.select(['action', 'actor_id', 'actor_name', 'via'])
			.where('action', '!=', 'setup')
			.orderBy('seq')
			.execute();
		expect(rows).toMatchObject([
			{ action: 'people.add', actor_id: expect.stringMatching(/^system:/), via: 'cli' },
			{ action: 'token.create', actor_name: '张三', via: 'cli' },
		]);
	});

	it('lets commands that come together have the archive one after the other', async () => {
		const data = await anArchive();
		const answers = await Promise.all(
			['甲', '乙', '丙'].map((name) =>
				lantai(['user', 'add', name, '--role', 'reader', '--password-stdin', '--data', data], PASSWORD),
			),
		);
		expect(answers.map((answer) => answer.code)).toEqual([0, 0, 0]);
	});

	it('sets up once, and does nothing before', async () => {
		const data = await anArchive();
		const again = await lantai(['setup', '--admin', 'a', '--password-stdin', '--data', data], PASSWORD);
		expect(again.json).toMatchObject({ error: { code: 'administration.already-set-up' } });
		const fresh = join(await aFolder(), 'data');
		const refused = await lantai(['setup', '--admin', 'a', '--password-stdin', '--data', fresh], 'short');
		expect(refused.json).toMatchObject({ error: { code: 'permissions.weak-password' } });
		const early = await lantai(['tree', '--data', fresh]);
		expect(early.json).toMatchObject({ error: { code: 'administration.not-set-up' } });
	});

	it('takes the log back from its second place, on a stopped archive', async () => {
		const data = await anArchive();
		const second = join(data, '..', 'second');
		await mkdir(second);
		const recover = ['log', 'recover', '--from', second, '--into', data];
		expect((await lantai(recover)).json).toMatchObject({ error: { code: 'storage.no-log-copy' } });
		const config = readConfig({ data, logLevel: 'silent' }, { LANTAI_LOG_COPY: second });
		await (await createApp(config)).close();
		expect((await lantai(recover)).json).toEqual({
			records: 0,
			recovered: 0,
			documents: 0,
			purged: 0,
			incomplete: 0,
			damaged: [],
		});
		await run(data);
		expect((await lantai(recover)).json).toMatchObject({ error: { code: 'storage.locked' } });
	});

	it('verifies a store without the archive it came from', async () => {
		const data = await anArchive();
		const nowhere = ['--data', join(data, 'nothing-here')];
		const good = await lantai(['archive', 'verify', join(data, 'archive'), ...nowhere]);
		expect([good.code, good.json]).toMatchObject([0, { valid: true, objects: 2 }]);
		await writeFile(join(data, 'archive', '0=ocfl_1.1'), 'something else');
		const bad = await lantai(['archive', 'verify', join(data, 'archive'), ...nowhere]);
		expect([bad.code, bad.json]).toMatchObject([1, { valid: false }]);
	});

	it('reads as words without --json', async () => {
		const data = await anArchive();
		let out = '';
		const terminal = {
			stdin: Readable.from([`${PASSWORD}\n`]),
			stdout: { write: (text: string) => (out += text) },
			stderr: { write: (text: string) => (out += text) },
			language: 'zh-CN',
			signal: new AbortController().signal,
		} as const;
		await runCli(['user', 'add', '张三', '--role', 'reader', '--password-stdin', '--data', data], terminal);
		await runCli(['tree', '--data', data], terminal);
		await runCli(['show', 'x', '--data', data], terminal);
		await runCli(['log', 'compact', '--data', data], terminal);
		expect(out).toBe(
			'已添加 张三（reader）。\n没有条目。\n没有这个条目，或无权查看。\n已压缩 0 个文档：0 行，0.0 MB 减为 0.0 MB。0 个正在使用，留待下次。清除旧内容 0 行。\n',
		);
	});
});
