import { resolve } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { runCli } from '#server/cli.ts';
import { parseCommandLine, type ParsedCommand } from './command-line.ts';

const silent = { stdout: new PassThrough(), stderr: new PassThrough(), language: 'en' } as const;

function parse(line: string): ParsedCommand {
	return parseCommandLine(line.split(' '), silent);
}

async function run(line: string, input = ''): Promise<{ code: number; out: string; err: string }> {
	let out = '';
	let err = '';
	const code = await runCli(line.split(' '), {
		stdin: Readable.from([input]),
		stdout: { write: (text) => (out += text) },
		stderr: { write: (text) => (err += text) },
		language: 'en',
		signal: new AbortController().signal,
	});
	return { code, out, err };
}

describe('the command line', () => {
	it.each([
		['serve --port 0 --data d', 'serve', { port: '0' }],
		[
			'setup --admin 管理员 --password-stdin',
			'setup',
			{ adminName: '管理员', archiveName: '档案馆', archiveCode: '000000', holdings: 'empty' },
		],
		[
			'setup --admin a --password-stdin --demo tiny --name n --code c1',
			'setup',
			{ adminName: 'a', archiveName: 'n', archiveCode: 'c1', holdings: 'tiny' },
		],
		['user add 张三 --role reader --password-stdin', 'user-add', { name: '张三', role: 'reader' }],
		['token 张三', 'token', { name: '张三' }],
		[
			'order create --under e --field title --replace 区府 --with 区政府 --level item --to-year 2001 --why 简称',
			'order-create',
			{
				under: 'e',
				field: 'title',
				value: undefined,
				words: '区府',
				by: '区政府',
				where: {
					field: undefined,
					equals: undefined,
					contains: undefined,
					level: 'item',
					fromYear: undefined,
					toYear: 2001,
				},
				file: undefined,
				why: '简称',
				isDraft: false,
				isPreview: false,
			},
		],
		['order list --waiting', 'order-list', { show: 'waiting', state: undefined, limit: 100 }],
		['order show 2026-0001 --rows 5', 'order-show', { order: '2026-0001', rows: 5 }],
		[
			'order judge 2026-0001 rejected --rows 1,12 --why x',
			'order-judge',
			{ order: '2026-0001', verdict: 'rejected', rows: [0, 11], group: undefined, why: 'x' },
		],
		['order decide 2026-0001 approve', 'order-decide', { order: '2026-0001', verdict: 'approve', why: '' }],
		['order undo 2026-0001 --why x', 'order-undo', { order: '2026-0001', why: 'x' }],
		[
			'import a.xml b.csv --under x --profile isad --mapping m.json --authorities --dry-run',
			'import',
			{
				files: [resolve('a.xml'), resolve('b.csv')],
				under: 'x',
				profile: 'isad',
				mapping: resolve('m.json'),
				authorities: true,
				dryRun: true,
			},
		],
		['import a.xml', 'import', { files: [resolve('a.xml')], authorities: false, dryRun: false }],
		['import undo 0190 --all', 'import-undo', { importId: '0190', all: true }],
		['import undo 0190', 'import-undo', { importId: '0190', all: false }],
		['tree', 'tree', { depth: 2 }],
		['tree 0190 --depth 5', 'tree', { id: '0190', depth: 5 }],
		['show 0190', 'show', { id: '0190' }],
		[
			'review return 0190 0191 --why 再看',
			'review',
			{ step: 'return', ids: ['0190', '0191'], below: false, why: '再看' },
		],
		['boards waiting', 'boards', { board: 'waiting', limit: 100 }],
		['log 0190 --before 7', 'log', { id: '0190', before: 7 }],
		['log compact', 'log-compact', {}],
		['log compact --days 7', 'log-compact', { days: 7 }],
		['set 0190 title 题名', 'set', { id: '0190', field: 'title', value: '题名' }],
		[
			'bag export 0190 -o out.zip --sha256',
			'bag-export',
			{ id: '0190', path: resolve('out.zip'), sha256: true },
		],
		['bag verify a', 'bag-verify', { path: resolve('a') }],
		['bag import a b --dry-run', 'bag-import', { paths: [resolve('a'), resolve('b')], dryRun: true }],
		[
			'export 0190 --format ead3 -o out.xml',
			'export',
			{ id: '0190', format: 'ead3', path: resolve('out.xml') },
		],
		['archive verify', 'archive-verify', {}],
		['log recover --from a --into b', 'log-recover', { from: resolve('a'), into: resolve('b') }],
		['archive copies', 'archive-copies', {}],
		['archive replicate', 'archive-replicate', { verify: false, begin: false }],
		[
			'archive replicate --to d --verify --begin',
			'archive-replicate',
			{ to: resolve('d'), verify: true, begin: true },
		],
		[
			'archive repair a b --from d',
			'archive-repair',
			{ objects: ['a', 'b'], allFailed: false, from: resolve('d') },
		],
		[
			'archive repair --all-failed --copy d',
			'archive-repair',
			{ objects: [], allFailed: true, copy: resolve('d') },
		],
		['archive verify store', 'archive-verify', { path: resolve('store') }],
	])('%s', (line, verb, args) => {
		const parsed = parse(line);
		expect(parsed.verb).toBe(verb);
		expect(JSON.parse(JSON.stringify(parsed.args))).toEqual(args);
	});

	it.each(['tree --data d --as 张三 --json', '--data d --as 张三 --json tree'])(
		'takes the common options before and after the verb: %s',
		(line) => expect(parse(line)).toMatchObject({ verb: 'tree', data: 'd', as: '张三' }),
	);

	it('takes them with a verb of two words', () => {
		expect(parse('import undo 0190 --json --data d').data).toBe('d');
		expect(parse('user add a --role reader --password-stdin --data d').data).toBe('d');
	});

	it.each([
		'nonsense',
		'import',
		'show',
		'set 0190 title',
		'export 0190 --format ead3',
		'bag verify',
		'bag import',
		'bag export 0190',
		'setup --password-stdin',
		'setup --admin a --demo huge --password-stdin',
		'user add a --password-stdin',
		'user',
		'tree --nonsense',
	])('does not understand: %s', (line) => {
		expect(() => parse(line)).toThrow(CommanderError);
	});

	it.each(['0', '-1', 'x', '1.5'])('does not take a depth of %s', (depth) => {
		expect(() => parse(`tree --depth ${depth}`)).toThrow('cli.bad-argument');
	});
});

describe('what it says', () => {
	it('errors as words, and as JSON on request, never on standard output', async () => {
		const inWords = await run('tree --data /nowhere/at/all');
		expect(inWords).toMatchObject({ code: 1, out: '' });
		expect(inWords.err).toBe(
			'There is no archive in /nowhere/at/all. Run lantai setup first, or name the data directory with --data.\n',
		);
		const inJson = await run('tree --data /nowhere/at/all --json');
		expect(inJson).toMatchObject({ code: 1, out: '' });
		expect(JSON.parse(inJson.err)).toEqual({
			error: {
				code: 'cli.no-archive',
				params: { path: '/nowhere/at/all' },
				message: inWords.err.trim(),
			},
		});
	});

	it('misunderstandings as one line of JSON on request', async () => {
		const { code, out, err } = await run('nonsense --json');
		expect([code, out]).toEqual([1, '']);
		expect(JSON.parse(err)).toMatchObject({ error: { code: 'cli.usage' } });
	});

	it('help on standard output, as a success', async () => {
		const { code, out, err } = await run('--help');
		expect([code, err]).toEqual([0, '']);
		expect(out).toContain('export');
	});

	it.each([
		['', 'cli.empty-password'],
		['\nsecond line\n', 'cli.empty-password'],
	])('that a password is missing: %j', async (input, code) => {
		const { err } = await run('setup --admin a --password-stdin --json --data /nowhere/at/all', input);
		expect(JSON.parse(err)).toMatchObject({ error: { code } });
	});

	it('that a password must come from standard input', async () => {
		const { err } = await run('user add a --role reader --json --data /nowhere/at/all');
		expect(JSON.parse(err)).toMatchObject({ error: { code: 'cli.missing-password' } });
	});
});
