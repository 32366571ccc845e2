import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { verifyBag } from '#server/preservation/bagit/verify-bag.ts';
import { aBag, bagFiles, linesFor, type Files } from '#tests/support/bags.ts';
import { aFolder } from '#tests/support/folder.ts';

interface Extra {
	readonly name: string;
	readonly content?: string;
	/** Bits of a Unix mode, for zip; a type, for tar. */
	readonly mode?: number;
	readonly type?: 'symlink' | 'link' | 'fifo';
}

async function aZip(files: Files, extras: readonly Extra[] = []): Promise<string> {
	const zip = new ZipFile();
	for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name);
	for (const { name, content = '', mode } of extras)
		zip.addBuffer(Buffer.from(content), name, mode === undefined ? {} : { mode });
	zip.end();
	const path = join(await aFolder(), 'bag.zip');
	await pipeline(zip.outputStream as Readable, createWriteStream(path));
	return path;
}

async function aTar(files: Files, extras: readonly Extra[] = [], isGzip = false): Promise<string> {
	const tar = pack();
	for (const [name, content] of Object.entries(files)) tar.entry({ name }, content);
	for (const { name, content = '', type } of extras)
		if (type) tar.entry({ name, type, linkname: '/etc/passwd' });
		else tar.entry({ name }, content);
	tar.finalize();
	const bytes = await buffer(Readable.from(tar as AsyncIterable<Buffer>));
	const path = join(await aFolder(), isGzip ? 'bag.tar.gz' : 'bag.tar');
	await writeFile(path, isGzip ? gzipSync(bytes) : bytes);
	return path;
}

const PACKERS = [
	['zip', aZip],
	['tar', aTar],
	['tar.gz', (files: Files, extras?: readonly Extra[]) => aTar(files, extras, true)],
] as const;

function inFolder(files: Files = bagFiles(), folder = 'bag/'): Files {
	return Object.fromEntries(Object.entries(files).map(([path, content]) => [folder + path, content]));
}

async function codesOf(path: string): Promise<string[]> {
	return (await verifyBag(path)).problems.map(({ code, file }) => `${code} ${file}`);
}

/** Changes bytes of a file where a text stands. */
async function patched(path: string, from: string, to: string): Promise<string> {
	const bytes = await readFile(path);
	for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) bytes.write(to, at);
	await writeFile(path, bytes);
	return path;
}

describe.each(PACKERS)('a bag packed as %s', (form, pack) => {
	it('is checked where it lies', async () => {
		expect(await verifyBag(await pack(inFolder()))).toMatchObject({
			verdict: 'valid',
			form: form === 'zip' ? 'zip' : 'tar',
			payload: { files: 2, bytes: 8 },
		});
	});

	it('is found wrong like any other', async () => {
		const path = await pack(inFolder(bagFiles({ 'data/甲.txt': '丙\n' })));
		expect(await codesOf(path)).toEqual(['checksum-differs manifest-sha512.txt']);
	});

	it('without a folder around it is remarked upon', async () => {
		expect(await codesOf(await pack(bagFiles()))).toEqual(['packed-without-folder bagit.txt']);
	});

	it('is taken as it is with what Finder puts beside it', async () => {
		const files = { ...inFolder(), '__MACOSX/._bag': 'x' };
		expect(await codesOf(await pack(files))).toEqual([]);
	});

	it('in several folders is none', async () => {
		expect(await codesOf(await pack({ ...inFolder(), 'other/x': '' }))).toContain(
			'declaration-missing bagit.txt',
		);
	});

	it('with two files of one name is not valid', async () => {
		const path = await pack(inFolder(), [{ name: 'bag/data/甲.txt', content: 'another' }]);
		expect(await codesOf(path)).toEqual(['packed-twice data/甲.txt']);
	});

	it('with a file and something below it is not valid', async () => {
		const path = await pack(inFolder(), [{ name: 'bag/data/甲.txt/notes', content: '' }]);
		expect(await codesOf(path)).toContain('packed-twice data/甲.txt');
	});

	it('is not read beyond what may come out of it', async () => {
		const path = await pack(inFolder(bagFiles({ 'data/bomb': Buffer.alloc(100_000_000) })));
		if (form === 'tar') expect(await codesOf(path)).toContain('file-unlisted data/bomb');
		else await expect(verifyBag(path)).rejects.toMatchObject({ code: 'preservation.bag-too-large' });
	});

	it.each([0.5, 0.9, 0.999])('and cut off at %s of it is refused or not valid', async (part) => {
		const path = await pack(inFolder());
		const bytes = await readFile(path);
		const end = form === 'tar' ? bytes.length - 1_500 : bytes.length;
		await writeFile(path, bytes.subarray(0, Math.floor(end * part)));
		const verdict = await verifyBag(path).catch((error: { code: string }) => error.code);
		if (typeof verdict === 'string') expect(verdict).toBe('preservation.bag-unreadable');
		else expect(verdict.valid).toBe(false);
	});
});

describe('a zip file', () => {
	it('with a link, a device or a pipe in it is not valid', async () => {
		const path = await aZip(inFolder(), [
			{ name: 'bag/data/link', content: '/etc/passwd', mode: 0o120777 },
			{ name: 'bag/data/pipe', mode: 0o010644 },
		]);
		expect(await codesOf(path)).toEqual(['link data/link', 'special-file data/pipe']);
	});

	it.each(['../a/data/x', '/ag/data/x'])('whose names lead out is refused: %s', async (name) => {
		const path = await patched(
			await aZip(inFolder(), [{ name: 'bag/data/xyz'.slice(0, name.length) }]),
			'bag/data/x'.padEnd(name.length, 'y').slice(0, name.length),
			name,
		);
		await expect(verifyBag(path)).rejects.toMatchObject({ code: 'preservation.bag-unreadable' });
	});

	it('whose names lead out by other means is not valid', async () => {
		const path = await aZip(inFolder(), [{ name: '~root/x' }, { name: 'bag/./x' }]);
		expect(await codesOf(path)).toEqual(
			expect.arrayContaining(['packed-outside ~root/x', 'packed-outside bag/./x']),
		);
	});

	it('that is encrypted is not valid', async () => {
		const path = await aZip(inFolder({ ...bagFiles() }));
		const bytes = await readFile(path);
		// The first entry of the directory says that it is encrypted.
		const at = bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
		bytes.writeUInt16LE(bytes.readUInt16LE(at + 8) | 1, at + 8);
		await writeFile(path, bytes);
		expect(await codesOf(path)).toEqual(
			expect.arrayContaining([expect.stringContaining('packed-encrypted bag/') as string]),
		);
	});

	it('whose entries share their bytes is refused', async () => {
		const path = await aZip(inFolder(bagFiles({ 'data/big': Buffer.alloc(2_000_000, 'x') })));
		const bytes = await readFile(path);
		// Every entry of the directory says that its packed bytes are most of the file.
		for (let at = bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2])); at >= 0;) {
			bytes.writeUInt32LE(bytes.length - 200, at + 20);
			at = bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2]), at + 4);
		}
		await writeFile(path, bytes);
		await expect(verifyBag(path)).rejects.toMatchObject({
			code: expect.stringMatching(/bag-too-large|bag-unreadable/) as string,
		});
	});
});

/** 档案 in GBK, as a Chinese Windows writes it. */
const GBK = Buffer.from([0xb5, 0xb5, 0xb0, 0xb8]);

/** A bag whose manifest names a file in characters, and which lies there under other bytes. */
async function aBagInGbk(): Promise<string> {
	const payload = { 'data/档案.txt': '甲\n' };
	const files = { 'data/甲.txt': undefined, 'data/b/乙.txt': undefined, 'bag-info.txt': undefined };
	const bag = await aBag(bagFiles({ ...files, ...payload, 'manifest-sha512.txt': linesFor(payload) }));
	const named = Buffer.concat([Buffer.from(`${bag}/data/`), GBK, Buffer.from('.txt')]);
	await rename(join(bag, 'data/档案.txt'), named);
	return bag;
}

/** Clears in each entry of a zip file's directory that its name is UTF-8. */
async function unmarked(path: string): Promise<string> {
	const bytes = await readFile(path);
	const entry = Buffer.from([0x50, 0x4b, 1, 2]);
	for (let at = bytes.indexOf(entry); at >= 0; at = bytes.indexOf(entry, at + 4))
		bytes.writeUInt16LE(bytes.readUInt16LE(at + 8) & ~0x800, at + 8);
	await writeFile(path, bytes);
	return path;
}

describe('names that are not UTF-8', () => {
	it('make a folder no valid bag, and are named as they were meant', async () => {
		const expected = ['file-missing manifest-sha512.txt', 'name-encoding data/档案.txt'];
		const bag = await aBagInGbk();
		expect((await codesOf(bag)).toSorted()).toEqual(expected);
		for (const format of ['gnu', 'ustar']) {
			const path = join(await aFolder(), 'bag.tar');
			execFileSync('tar', ['-cf', path, `--format=${format}`, '-C', dirname(bag), 'bag']);
			expect((await codesOf(path)).toSorted()).toEqual([
				'file-missing manifest-sha512.txt',
				'name-encoding bag/data/档案.txt',
			]);
		}
	});

	it('nor a zip file, whether it says that they are UTF-8 or says nothing', async () => {
		const payload = { 'data/b/乙.txt': '乙\n', 'data/档案.txt': '甲\n' };
		const files = { 'data/甲.txt': undefined, 'data/ABCD.txt': '甲\n', 'bag-info.txt': undefined };
		const path = await aZip(inFolder(bagFiles({ ...files, 'manifest-sha512.txt': linesFor(payload) })));
		const bytes = await readFile(path);
		for (let at = bytes.indexOf('ABCD'); at >= 0; at = bytes.indexOf('ABCD')) GBK.copy(bytes, at);
		await writeFile(path, bytes);
		const expected = ['file-missing manifest-sha512.txt', 'name-encoding bag/data/档案.txt'];
		expect((await codesOf(path)).toSorted()).toEqual(expected);
		expect((await codesOf(await unmarked(path))).toSorted()).toEqual(expected);
	});

	it('are not those of a packer that writes UTF-8 without saying so', async () => {
		expect(await codesOf(await unmarked(await aZip(inFolder())))).toEqual([]);
	});
});

describe('a tar file', () => {
	it('with links and pipes in it is not valid', async () => {
		const path = await aTar(inFolder(), [
			{ name: 'bag/data/link', type: 'symlink' },
			{ name: 'bag/data/hard', type: 'link' },
			{ name: 'bag/data/pipe', type: 'fifo' },
		]);
		expect(await codesOf(path)).toEqual(['link data/hard', 'link data/link', 'special-file data/pipe']);
	});

	it('whose names lead out is not valid', async () => {
		const path = await aTar(inFolder(), [{ name: '../../x' }, { name: 'bag/../../y' }, { name: 'C:\\z' }]);
		expect((await codesOf(path)).toSorted()).toEqual([
			'packed-outside ../../x',
			'packed-outside C:\\z',
			'packed-outside bag/../../y',
		]);
	});

	it('with its names begun with a dot is read', async () => {
		expect(await codesOf(await aTar(inFolder(bagFiles(), './bag/')))).toEqual([]);
	});
});
