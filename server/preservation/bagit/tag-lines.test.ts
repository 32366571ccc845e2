import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TagFault, tagLines } from './tag-lines.ts';

async function* pieces(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
	for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

async function linesOf(
	bytes: Uint8Array,
	encoding = 'utf-8',
	size = bytes.byteLength || 1,
): Promise<string[]> {
	const lines: string[] = [];
	for await (const { number, text } of tagLines(pieces(bytes, size), encoding)) {
		expect(number).toBe(lines.length + 1);
		lines.push(text);
	}
	return lines;
}

describe('lines of tag files', () => {
	it.each([
		['a\nb\n', ['a', 'b']],
		['a\r\nb\r\n', ['a', 'b']],
		['a\rb', ['a', 'b']],
		['a\n\r\nb', ['a', '', 'b']],
		['\r\r\n\n', ['', '', '']],
		['', []],
	])('%j', async (text, expected) => expect(await linesOf(Buffer.from(text))).toEqual(expected));

	it('are the same in whatever pieces they come', () =>
		fc.assert(
			fc.asyncProperty(
				fc.string({ unit: fc.constantFrom('\r', '\n', 'a', '档', '𠀀', ' ') }),
				fc.integer({ min: 1, max: 5 }),
				async (text, size) => {
					const bytes = Buffer.from(text);
					expect(await linesOf(bytes, 'utf-8', size)).toEqual(await linesOf(bytes));
					const lines = text.split(/\r\n?|\n/);
					if (lines.at(-1) === '') lines.pop();
					expect(await linesOf(bytes)).toEqual(lines);
				},
			),
		));

	it('in UTF-16 of either order, and in GBK', async () => {
		const little = Buffer.from('\ufeff档\n案', 'utf16le');
		expect(await linesOf(little, 'utf-16le', 1)).toEqual(['档', '案']);
		expect(await linesOf(Buffer.from(little).swap16(), 'utf-16le', 4)).toEqual(['档', '案']);
		expect(await linesOf(Buffer.from([0xb5, 0xb5]), 'gbk', 1)).toEqual(['档']);
	});

	it('are refused where bytes are no text, and where they never end', async () => {
		await expect(linesOf(Buffer.from([0x61, 0x0a, 0xff]))).rejects.toEqual(new TagFault('tag-encoding', 2));
		await expect(linesOf(Buffer.from('档').subarray(0, 2))).rejects.toEqual(new TagFault('tag-encoding', 1));
		await expect(linesOf(Buffer.alloc(1_000_000, 'a'), 'utf-8', 4096)).rejects.toEqual(
			new TagFault('tag-line-too-long', 1),
		);
	});
});
