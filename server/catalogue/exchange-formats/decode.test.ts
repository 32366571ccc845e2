import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { decodedText, encodingOf, openSource, wholeOf } from './decode.ts';

const folder = mkdtempSync(join(tmpdir(), 'lantai-decode-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function read(bytes: Uint8Array, maxBytes?: number) {
	const path = join(folder, 'source');
	writeFileSync(path, bytes);
	const source = await openSource(path, { fileName: 'source', ...(maxBytes ? { maxBytes } : {}) });
	const decoded = decodedText(source, { fileName: 'source' });
	let text = '';
	for await (const part of decoded.text) text += part;
	return { text, encoding: decoded.encoding, problems: decoded.problems };
}

const TEXT = '档号,题名\nB002-1,关于档案工作的通知\n';
/** 档案 in GBK. */
const GBK = Buffer.from([0xb5, 0xb5, 0xb0, 0xb8]);

function utf16be(text: string): Buffer {
	return Buffer.from(text, 'utf16le').swap16();
}

describe('decoding', () => {
	it.each([
		['UTF-8', Buffer.from(TEXT), 'utf-8'],
		['UTF-8 with a mark', Buffer.from(`\ufeff${TEXT}`), 'utf-8'],
		['UTF-16 LE with a mark', Buffer.from(`\ufeff${TEXT}`, 'utf16le'), 'utf-16le'],
		['UTF-16 BE with a mark', utf16be(`\ufeff${TEXT}`), 'utf-16be'],
		['UTF-16 LE', Buffer.from(TEXT, 'utf16le'), 'utf-16le'],
		['UTF-16 BE', utf16be(TEXT), 'utf-16be'],
		['gzip of UTF-8', gzipSync(TEXT), 'utf-8'],
		['gzip of UTF-16', gzipSync(Buffer.from(`\ufeff${TEXT}`, 'utf16le')), 'utf-16le'],
	])('reads %s', async (_, bytes, encoding) => {
		expect(await read(bytes)).toEqual({ text: TEXT, encoding, problems: [] });
	});

	it('takes what is no UTF-8 for GB18030', async () => {
		expect(await read(Buffer.concat([Buffer.from('a,'), GBK, Buffer.from('\n')]))).toEqual({
			text: 'a,档案\n',
			encoding: 'gb18030',
			problems: [],
		});
	});

	it('sees the first letter behind more than a megabyte of digits', async () => {
		const digits = Buffer.alloc(1_500_000, '0123456789\n');
		const { text, encoding } = await read(Buffer.concat([digits, GBK]));
		expect(encoding).toBe('gb18030');
		expect(text.endsWith('档案')).toBe(true);
	});

	it('believes an XML declaration', () => {
		expect(encodingOf(Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a/>'))).toBe('iso-8859-1');
	});

	it('does not take a cut character at the end of the head for an error', () => {
		const bytes = Buffer.from('题名档案');
		for (let cut = 1; cut <= bytes.length; cut++) expect(encodingOf(bytes.subarray(0, cut))).toBe('utf-8');
	});

	it('names the line of what cannot be decoded and reads on', async () => {
		const bytes = Buffer.concat([
			Buffer.alloc(2_000_000, '题名\n'),
			Buffer.from([0xff, 0x0a]),
			Buffer.from('后\n'),
		]);
		const { text, problems } = await read(bytes);
		expect(text.endsWith('\ufffd\n后\n')).toBe(true);
		expect(problems).toEqual([
			{
				severity: 'error',
				line: bytes.subarray(0, 2_000_000).filter((byte) => byte === 10).length + 1,
				code: 'import.encoding',
				params: { encoding: 'utf-8' },
			},
		]);
	});

	it('does not take UTF-8 with a broken byte for GB18030', async () => {
		const bytes = Buffer.concat([
			Buffer.from('题名,责任者,备注\n关于'),
			Buffer.from([0xe6, 0x2c]),
			Buffer.from('档案\n'),
		]);
		const { encoding, problems } = await read(bytes);
		expect(encoding).toBe('utf-8');
		expect(problems).toMatchObject([{ line: 2, code: 'import.encoding' }]);
	});

	it('leaves a replacement character that was written as text', async () => {
		expect((await read(Buffer.from('a\ufffdb\n'))).problems).toEqual([]);
	});

	it.each([
		['utf-8', Buffer.from('题名\n旧\ufffd\n'), Buffer.from([0xe6, 0x2c, 0x0a])],
		['utf-16le', Buffer.from('题名\n旧\ufffd\n', 'utf16le'), Buffer.from([0x00, 0xd8, 0x0a, 0x00])],
		['utf-16be', utf16be('题名\n旧\ufffd\n'), Buffer.from([0xd8, 0x00, 0x00, 0x0a])],
		['gb18030', Buffer.from('b5b50a8431a4370a', 'hex'), Buffer.from([0xff, 0x0a])],
	])('%s: names damage also beside one, wherever the pieces end', async (encoding, written, damaged) => {
		const bytes = Buffer.concat([written, damaged, written]);
		for (const size of [1, 2, 3, 5, bytes.length]) {
			const source = {
				head: bytes,
				async *bytes() {
					for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
				},
			};
			const decoded = decodedText(source, { fileName: 'source', encoding });
			for await (const part of decoded.text) void part;
			expect([size, decoded.problems.map(({ line }) => line)]).toEqual([size, [3]]);
		}
	});

	it('names damage in a line that also holds a written one', async () => {
		const bytes = Buffer.concat([
			Buffer.from('题名责任者文件形成日期保管期限页数备注档号机构问题\n旧\ufffd和'),
			Buffer.from([0xe6, 0x2c, 0x0a]),
		]);
		expect((await read(bytes)).problems).toMatchObject([{ line: 2 }]);
	});

	it('says of how many lines more than it names', async () => {
		const { problems } = await read(Buffer.alloc(5 * 5000, Buffer.from([0xe6, 0x2c, 0x61, 0x62, 0x0a])));
		expect(problems).toHaveLength(101);
		expect(problems[99]).toMatchObject({ line: 100, code: 'import.encoding' });
		expect(problems[100]).toMatchObject({ line: 101, code: 'import.encoding-more', params: { count: 4900 } });
	});

	it('refuses damaged gzip with its line', async () => {
		const packed = gzipSync(TEXT.repeat(50_000));
		await expect(read(packed.subarray(0, packed.length - 20))).rejects.toMatchObject({
			code: 'import.broken',
			params: { file: 'source' },
		});
	});

	it('refuses what unpacks beyond the limit', async () => {
		await expect(read(gzipSync(Buffer.alloc(5_000_000)), 1_000_000)).rejects.toMatchObject({
			code: 'import.too-large',
		});
	});

	it('never holds more of a file than may be held whole', async () => {
		let read = 0;
		const source = {
			head: Buffer.alloc(0),
			async *bytes() {
				for (;;) yield Buffer.alloc(1000, (read += 1000));
			},
		};
		await expect(wholeOf(source, { fileName: 'x.xlsx', maxBytes: 10_000 })).rejects.toMatchObject({
			code: 'import.too-large',
			params: { file: 'x.xlsx', maxBytes: 10_000 },
		});
		expect(read).toBe(11_000);
	});

	it('refuses an encoding nobody knows', async () => {
		await expect(read(Buffer.from('<?xml version="1.0" encoding="x-none"?><a/>'))).rejects.toMatchObject({
			code: 'import.unknown-encoding',
			params: { encoding: 'x-none' },
		});
	});
});
