import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { runCli } from '#server/cli.ts';
import { aBag, bagFiles } from '#tests/support/bags.ts';
import { aFolder } from '#tests/support/folder.ts';
import { PASSWORD } from '#tests/support/people.ts';

async function lantai(
	args: readonly string[],
	input = '',
): Promise<{ code: number; out: string; err: string }> {
	let out = '';
	let err = '';
	const code = await runCli(args, {
		stdin: Readable.from([input]),
		stdout: { write: (text) => (out += text) },
		stderr: { write: (text) => (err += text) },
		language: 'en',
		signal: new AbortController().signal,
	});
	return { code, out, err };
}

const json = async (args: readonly string[], input?: string) => {
	const { code, out, err } = await lantai([...args, '--json'], input);
	return [code, JSON.parse(out || err) as Record<string, unknown>] as const;
};

it('bags are verified without an archive, with a code for scripts and words for people', async () => {
	const good = await aBag();
	expect(await json(['bag', 'verify', good])).toMatchObject([
		0,
		{ path: good, valid: true, verdict: 'valid', problems: [] },
	]);
	const bad = await aBag(
		bagFiles({ 'data/甲.txt': '丙\n', 'more.txt': '', 'tagmanifest-sha512.txt': undefined }),
	);
	expect(await json(['bag', 'verify', bad])).toMatchObject([
		1,
		{
			valid: false,
			verdict: 'invalid',
			problems: [
				{
					code: 'checksum-differs',
					severity: 'error',
					file: 'manifest-sha512.txt',
					line: 1,
					message: 'data/甲.txt does not have the checksum of the manifest: it was changed or damaged.',
				},
				{ code: 'tag-manifest-missing', severity: 'warning', line: 0 },
			],
		},
	]);
	const { code, out } = await lantai(['bag', 'verify', bad]);
	expect(code).toBe(1);
	expect(out.split('\n')).toEqual([
		'error  manifest-sha512.txt:1  checksum-differs  data/甲.txt does not have the checksum of the manifest: it was changed or damaged.',
		expect.stringMatching(/^warning {2}tagmanifest-sha512.txt {2}tag-manifest-missing/),
		`Not valid: ${bad}, errors 1, warnings 1.`,
		'',
	]);
	expect(await json(['bag', 'verify', join(good, 'nowhere')])).toMatchObject([
		1,
		{ error: { code: 'preservation.no-bag' } },
	]);
});

it('bags are exported and imported, as folders and as zip files', async () => {
	const folder = await aFolder();
	const on = ['--data', join(folder, 'data')];
	await lantai(['setup', '--admin', '管理员', '--password-stdin', ...on], PASSWORD);
	const list = join(folder, 'list.csv');
	await writeFile(list, '件号,题名\n1,关于河道的通知\n');
	await lantai(['import', list, ...on]);
	const [, tree] = (await json(['tree', ...on])) as unknown as [number, { id: string }[]];
	const id = tree[0]?.id ?? '';

	const [dir, zip] = [join(folder, 'bag'), join(folder, 'bag.zip')];
	expect(await json(['bag', 'export', id, '-o', dir, '--sha256', ...on])).toMatchObject([
		0,
		{ path: dir, entries: 2, files: 2 },
	]);
	expect(existsSync(join(dir, 'manifest-sha256.txt'))).toBe(true);
	expect(await json(['export', id, '--format', 'bagit', '-o', zip, ...on])).toMatchObject([
		0,
		{ entries: 2 },
	]);
	expect(await json(['bag', 'export', id, '-o', dir, ...on])).toMatchObject([
		1,
		{ error: { code: 'preservation.bag-exists' } },
	]);

	const other = ['--data', join(folder, 'other')];
	await lantai(['setup', '--admin', '管理员', '--password-stdin', ...other], PASSWORD);
	expect(await json(['bag', 'import', dir, zip, '--dry-run', ...other])).toMatchObject([
		0,
		{ valid: true, bags: [{ form: 'folder' }, { form: 'zip' }], imported: { importId: null, entries: 4 } },
	]);
	expect(await json(['bag', 'import', dir, ...other])).toMatchObject([0, { imported: { entries: 2 } }]);
	expect(await json(['import', zip, ...other])).toMatchObject([0, { entries: 2 }]);

	await writeFile(
		join(dir, 'data/entries.json'),
		`${await readFile(join(dir, 'data/entries.json'), 'utf8')} `,
	);
	const [code, refused] = await json(['bag', 'import', zip, dir, ...other]);
	expect(code).toBe(1);
	expect(refused).toMatchObject({ valid: false, imported: null, bags: [{ valid: true }, { valid: false }] });
	expect((await lantai(['bag', 'import', dir, ...other])).out).toContain('nothing was imported');
	const [, left] = (await json(['tree', ...other])) as unknown as [number, unknown[]];
	expect(left).toHaveLength(2);
});
