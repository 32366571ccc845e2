import { appendFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BAG_PROBLEMS, type BagProblemCode } from '#server/preservation/bagit/bag-problem.ts';
import { openBagFiles } from '#server/preservation/bagit/bag-files.ts';
import { verifyBag, verifyBagFiles, type BagVerdict } from '#server/preservation/bagit/verify-bag.ts';
import { words } from '#server/words.ts';
import { aBag, bagFiles, linesFor, sumOf } from '#tests/support/bags.ts';

type Given = Parameters<typeof bagFiles>[0];
const SHA = 'manifest-sha512.txt';
const TAG = 'tagmanifest-sha512.txt';
const JIA = { 'data/甲.txt': '甲\n' };
const YI = { 'data/b/乙.txt': '乙\n' };
const BOTH = linesFor({ ...JIA, ...YI });
const OLD = { 'bagit.txt': 'BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n' };

function briefly({ verdict, problems }: BagVerdict): [string, ...string[]] {
	return [
		verdict,
		...problems.map(
			({ code, severity, file, line }) => `${severity} ${code} ${file}${line ? `:${line}` : ''}`,
		),
	];
}

/** A change to the valid bag, and all that is said of it then. */
const CASES: readonly (readonly [what: string, given: Given, ...expected: string[]])[] = [
	['no declaration', { 'bagit.txt': undefined }, 'error declaration-missing bagit.txt'],
	[
		'a mark before it',
		{ 'bagit.txt': `\ufeff${bagFiles()['bagit.txt']}` },
		'error declaration-bom bagit.txt:1',
	],
	[
		'a third line in it',
		{ 'bagit.txt': `${bagFiles()['bagit.txt']}More: 1\n` },
		'error declaration-malformed bagit.txt:3',
	],
	[
		'no blank after its colons',
		{ 'bagit.txt': 'BagIt-Version:1.0\nTag-File-Character-Encoding:UTF-8\n' },
		'error declaration-malformed bagit.txt:1',
		'error declaration-malformed bagit.txt:2',
	],
	['a huge one', { 'bagit.txt': 'x'.repeat(5000) }, 'error declaration-malformed bagit.txt:1'],
	[
		'a version to come',
		{ 'bagit.txt': 'BagIt-Version: 2.0\nTag-File-Character-Encoding: UTF-8\n' },
		'error version-unknown bagit.txt:1',
	],
	[
		'an encoding nobody knows',
		{ 'bagit.txt': 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-9\n' },
		'error encoding-unknown bagit.txt:2',
	],
	[
		'ASCII sums in an old encoding',
		{
			'bagit.txt': 'BagIt-Version: 1.0\nTag-File-Character-Encoding: ISO-8859-1\n',
			'data/甲.txt': undefined,
			'data/b/乙.txt': undefined,
			'data/a': 'a',
			'bag-info.txt': 'Payload-Oxum: 1.1\n',
			[SHA]: linesFor({ 'data/a': 'a' }),
		},
		'warning encoding-discouraged bagit.txt:2',
	],
	[
		'no payload at all',
		{ 'data/甲.txt': undefined, 'data/b/乙.txt': undefined, 'bag-info.txt': undefined, [SHA]: '' },
		'error payload-folder-missing data',
	],
	[
		'no manifest',
		{ [SHA]: undefined },
		'error file-unlisted data/b/乙.txt',
		'error file-unlisted data/甲.txt',
		'error manifest-missing manifest-sha512.txt',
	],
	['a line that is none', { [SHA]: `${BOTH}nothing\n` }, `error manifest-malformed ${SHA}:3`],
	['an empty line', { [SHA]: `\n${BOTH}` }, `error manifest-malformed ${SHA}:1`],
	[
		'an unknown sum',
		{ 'manifest-crc9.txt': `00 data/甲.txt\n00 data/b/乙.txt\n` },
		'error algorithm-unknown manifest-crc9.txt',
	],
	[
		'weak sums only',
		{ [SHA]: undefined, 'manifest-md5.txt': linesFor({ ...JIA, ...YI }, 'md5') },
		'warning algorithm-weak manifest-md5.txt',
	],
	['one algorithm twice', { 'manifest-SHA-512.txt': BOTH }, 'error algorithm-twice manifest-sha512.txt'],
	[
		'half a sum',
		{ [SHA]: `${sumOf('甲\n').slice(1)}  data/甲.txt\n${linesFor(YI)}` },
		`error checksum-malformed ${SHA}:1`,
	],
	['a changed file', { 'data/甲.txt': '丙\n' }, `error checksum-differs ${SHA}:1`],
	[
		'a missing file',
		{ 'data/甲.txt': undefined },
		'error oxum-differs bag-info.txt:2',
		`error file-missing ${SHA}:1`,
	],
	[
		'a file that lies elsewhere',
		{ 'data/甲.txt': undefined, 'fetch.txt': 'http://127.0.0.1:9/x 4 data/甲.txt\n' },
		'error oxum-differs bag-info.txt:2',
		`error file-not-fetched ${SHA}:1`,
	],
	[
		'one file too many',
		{ 'data/丙.txt': '' },
		'error oxum-differs bag-info.txt:2',
		'error file-unlisted data/丙.txt',
	],
	[
		'a second manifest with a hole',
		{ 'manifest-sha256.txt': linesFor(JIA, 'sha256') },
		'error file-unlisted data/b/乙.txt',
	],
	[
		'a system file cleared away',
		{
			[SHA]: BOTH + linesFor({ 'data/.DS_Store': 'x'.repeat(6148) }),
			'bag-info.txt': 'Payload-Oxum: 6156.3\n',
		},
		`warning system-file-missing ${SHA}:3`,
	],
	['a file listed twice', { [SHA]: BOTH + linesFor(JIA) }, `error listed-twice ${SHA}:3`],
	['listed twice before 1.0', { ...OLD, [SHA]: BOTH + linesFor(JIA) }, `warning listed-twice ${SHA}:3`],
	[
		'listed twice, differently',
		{ [SHA]: `${BOTH}${sumOf('x')}  data/甲.txt\n` },
		`error listed-twice-differently ${SHA}:3`,
	],
	['a path out of it', { [SHA]: `${BOTH}${sumOf('x')}  data/../../x\n` }, `error path-outside ${SHA}:3`],
	['a path of nothing', { [SHA]: `${BOTH}${sumOf('x')}  data//x\n` }, `error path-malformed ${SHA}:3`],
	[
		'a tag file as payload',
		{ [SHA]: `${BOTH}${sumOf('x')}  bagit.txt\n` },
		`error path-not-payload ${SHA}:3`,
	],
	[
		'paths with a dot, an asterisk',
		{ [SHA]: `${sumOf('甲\n')} *data/甲.txt\n${sumOf('乙\n')} ./data/b/乙.txt\n` },
		`warning path-asterisk ${SHA}:1`,
		`warning path-dot-slash ${SHA}:2`,
	],
	[
		'a bare percent sign',
		{ 'data/5%': '', 'bag-info.txt': undefined, [SHA]: BOTH + linesFor({ 'data/5%': '' }) },
		`warning path-percent ${SHA}:3`,
	],
	[
		'names that differ in case',
		{
			'data/A': '',
			'data/a': '',
			'bag-info.txt': undefined,
			[SHA]: BOTH + linesFor({ 'data/A': '', 'data/a': '' }),
		},
		`warning name-case-clash ${SHA}:4`,
	],
	[
		'names composed and taken apart',
		{
			'data/é': '',
			'data/e\u0301': '',
			'bag-info.txt': undefined,
			[SHA]: BOTH + linesFor({ 'data/é': '', 'data/e\u0301': '' }),
		},
		`warning name-normalization-clash ${SHA}:4`,
	],
	[
		'a name that a file system took apart',
		{ 'data/e\u0301': '', 'bag-info.txt': undefined, [SHA]: BOTH + linesFor({ 'data/é': '' }) },
		`warning name-normalization-differs ${SHA}:3`,
	],
	[
		'names that differ in case, of which only one is there',
		{ 'data/a': '', 'bag-info.txt': undefined, [SHA]: BOTH + linesFor({ 'data/A': '', 'data/a': '' }) },
		`error file-missing ${SHA}:3`,
		`warning name-case-clash ${SHA}:4`,
	],
	[
		'such names before 1.0',
		{
			...OLD,
			'data/a': '',
			'bag-info.txt': undefined,
			[SHA]: BOTH + linesFor({ 'data/A': '', 'data/a': '' }),
		},
		`warning name-case-clash ${SHA}:4`,
	],
	[
		'names composed and taken apart, of which only one is there',
		{
			'data/e\u0301': '',
			'bag-info.txt': undefined,
			[SHA]: BOTH + linesFor({ 'data/é': '', 'data/e\u0301': '' }),
		},
		`error file-missing ${SHA}:3`,
		`warning name-normalization-clash ${SHA}:4`,
	],
	['no tag manifest', { [TAG]: undefined }, `warning tag-manifest-missing ${TAG}`],
	[
		'a tag manifest of other things',
		{ [TAG]: linesFor({ ...JIA, [TAG]: '' }) },
		`error tag-manifest-lacks-manifest ${TAG}`,
		`error tag-manifest-lists-payload ${TAG}:1`,
		`error tag-manifest-lists-tag-manifest ${TAG}:2`,
		`error checksum-differs ${TAG}:2`,
		'warning tag-unlisted bag-info.txt',
		'warning tag-unlisted bagit.txt',
	],
	['a mark in a tag file', { 'bag-info.txt': '\ufeffA: 1\n' }, 'error tag-bom bag-info.txt:1'],
	[
		'bytes that are no text',
		{ 'bag-info.txt': Buffer.from([0x41, 0xff]) },
		'error tag-encoding bag-info.txt:1',
	],
	['an endless line', { 'bag-info.txt': 'x'.repeat(300_000) }, 'error tag-line-too-long bag-info.txt:1'],
	[
		'metadata out of form',
		{ 'bag-info.txt': 'no colon\nA : 1\nBag-Size: 1\nbag-size: 2\nPayload-Oxum: much\n' },
		'error info-malformed bag-info.txt:1',
		'error oxum-malformed bag-info.txt:5',
		'warning info-spacing bag-info.txt:2',
		'warning info-repeated bag-info.txt:4',
	],
	[
		'two sizes',
		{ 'bag-info.txt': 'Payload-Oxum: 8.2\nPayload-Oxum: 8.2\n' },
		'error info-repeated bag-info.txt:2',
	],
	[
		'another size behind very many other elements',
		{ 'bag-info.txt': `${'A: b\n'.repeat(1_200)}Payload-Oxum: 9.2\nA: b\n` },
		'error oxum-differs bag-info.txt:1201',
	],
	[
		'another size on the next line',
		{ ...OLD, 'bag-info.txt': 'Payload-Oxum:\n 9.2\n' },
		'error oxum-differs bag-info.txt:1',
	],
	['another size', { 'bag-info.txt': 'Payload-Oxum: 9.2\n' }, 'error oxum-differs bag-info.txt:1'],
	[
		'a fetch file out of form',
		{
			'fetch.txt':
				'nothing\nhttp://a/ 5 data/甲.txt\nhttp://a/ - data/x\nhttp://a/ - /etc/passwd\nhttp://a/ - bagit.txt\n',
		},
		'error fetch-malformed fetch.txt:1',
		'error fetch-unlisted fetch.txt:3',
		'error path-outside fetch.txt:4',
		'error path-not-payload fetch.txt:5',
		'warning fetch-length-differs fetch.txt:2',
	],
];
/** Told by tests of their own, here and in `bagit-packed.test.ts`. */
const ELSEWHERE: readonly BagProblemCode[] = [
	'name-encoding',
	'file-changed',
	'link',
	'special-file',
	'packed-without-folder',
	'packed-twice',
	'packed-outside',
	'packed-encrypted',
];

describe('a bag', () => {
	it('is valid, with nothing to remark', async () => {
		const verdict = await verifyBag(await aBag());
		expect(verdict).toMatchObject({
			valid: true,
			verdict: 'valid',
			form: 'folder',
			version: '1.0',
			algorithms: ['sha512'],
			payload: { files: 2, bytes: 8 },
			info: [
				['Source-Organization', '合成测试档案馆'],
				['Payload-Oxum', '8.2'],
			],
			problems: [],
		});
	});

	it.each(CASES.map(([what, given, ...expected]) => ({ what, given, expected })))(
		'with $what',
		async ({ given, expected }) => {
			const isValid = expected.every((each) => each.startsWith('warning'));
			expect(briefly(await verifyBag(await aBag(bagFiles(given))))).toEqual([
				isValid ? 'valid-with-warnings' : 'invalid',
				...expected,
			]);
		},
	);

	it.each(['0.93', '0.94', '0.95', '0.96', '0.97'])('of version %s', async (version) => {
		const info = Number(version) < 0.96 ? 'package-info.txt' : 'bag-info.txt';
		const files = bagFiles({
			'bagit.txt': `BagIt-Version: ${version}\nTag-File-Character-Encoding: UTF-8\n`,
			'bag-info.txt': undefined,
			[info]: 'Label  :   long\r\n   value\r\nPayload-Oxum: 8.2\r\n',
			// Each file in one of the manifests is enough.
			[SHA]: linesFor(JIA).replaceAll('\n', '\r\n'),
			'manifest-sha1.txt': linesFor(YI, 'sha1').replaceAll('\n', '\r'),
			'notes.txt': 'unlisted',
		});
		const verdict = await verifyBag(await aBag(files));
		expect(briefly(verdict)).toEqual(['valid']);
		expect(verdict.info[0]).toEqual(['Label', 'long value']);
	});

	it('is never read through links, nor anything that is no file', async () => {
		const bag = await aBag();
		await symlink('/etc/passwd', join(bag, 'data/link'));
		await symlink('/etc', join(bag, 'data/folder'));
		await new Promise<void>((resolve) => {
			const socket = createServer().listen(join(bag, 'data/socket'), resolve);
			socket.unref();
		});
		expect(briefly(await verifyBag(bag))).toEqual([
			'invalid',
			'error link data/folder',
			'error link data/link',
			'error special-file data/socket',
		]);
	});

	it('whose manifest names a link is as if the file were missing', async () => {
		const bag = await aBag(bagFiles({ 'data/甲.txt': undefined }));
		await symlink(join(bag, 'data/b/乙.txt'), join(bag, 'data/甲.txt'));
		const { problems } = await verifyBag(bag);
		expect(problems.map(({ code }) => code)).toEqual(['oxum-differs', 'link', 'file-missing']);
	});

	it('that changes while it is read is not valid', async () => {
		const big = Buffer.alloc(3_000_000, 'x');
		const bag = await aBag(
			bagFiles({ 'data/big': big, 'bag-info.txt': undefined, [SHA]: BOTH + linesFor({ 'data/big': big }) }),
		);
		let isTold = false;
		const { problems } = await verifyBag(bag, {
			onProgress() {
				if (!isTold) appendFileSync(join(bag, 'data/big'), 'y');
				isTold = true;
			},
		});
		expect(problems.map(({ code }) => code)).toEqual(
			expect.arrayContaining(['file-changed', 'checksum-differs']),
		);
	});

	it('of which a listed file does not come when it is read is not valid', async () => {
		const files = await openBagFiles(await aBag());
		const { verdict, problems } = await verifyBagFiles({
			...files,
			contents: (paths) => files.contents(new Set([...paths].filter((path) => path !== 'data/甲.txt'))),
		});
		expect(verdict).toBe('invalid');
		expect(problems.map(({ code, file }) => `${code} ${file}`)).toEqual(['file-changed data/甲.txt']);
	});

	it('whose tag files have too many lines together is refused by the file that goes beyond', async () => {
		const blank = '\n'.repeat(1_100_000);
		const bag = await aBag(
			bagFiles({ ...OLD, 'bag-info.txt': blank, [SHA]: BOTH + blank, 'tagmanifest-sha512.txt': undefined }),
		);
		await expect(verifyBag(bag)).rejects.toMatchObject({
			code: 'preservation.bag-too-many-lines',
			status: 413,
			params: { path: bag, file: SHA, most: 2_000_000 },
		});
	});

	it('says a thousand problems and counts the others', async () => {
		const many = Object.fromEntries(Array.from({ length: 1_500 }, (_, index) => [`data/${index}`, '']));
		const { errors, problems } = await verifyBag(
			await aBag(bagFiles({ ...many, 'bag-info.txt': undefined })),
		);
		expect([errors, problems.length]).toEqual([1_500, 1_000]);
	});

	it('can be given up', async () => {
		const cancelled = new AbortController();
		const check = verifyBag(await aBag(), {
			signal: cancelled.signal,
			onProgress: () => cancelled.abort(new Error('given up')),
		});
		await expect(check).rejects.toThrow('given up');
	});

	it.each(['nowhere', 'text.txt'])('is a folder or packed: %s', async (name) => {
		const folder = join(await aBag(), '..');
		await mkdir(join(folder, 'x'));
		await writeFile(join(folder, 'text.txt'), 'no bag');
		await expect(verifyBag(join(folder, name))).rejects.toMatchObject({ code: 'preservation.no-bag' });
	});
});

it('every problem has words in both languages, and a case', () => {
	for (const code of BAG_PROBLEMS)
		for (const language of ['zh-CN', 'en'] as const) {
			const key = `bag_problem_${code.replaceAll('-', '_')}`;
			expect(words(key, {}, language)).not.toBe(key);
		}
	const shown = CASES.flatMap(([, , ...expected]) => expected.map((each) => each.split(' ')[1]));
	expect(BAG_PROBLEMS.filter((code) => !shown.includes(code)).toSorted()).toEqual([...ELSEWHERE].toSorted());
});
