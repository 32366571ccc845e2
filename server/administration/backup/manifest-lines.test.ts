import { expect, it } from 'vitest';
import { lineText, type Line } from './backup-format.ts';
import { linesIn, ManifestLines } from './manifest-lines.ts';

const LINES: readonly Line[] = Array.from({ length: 50 }, (_, at) => ({
	path: `archive/${at}/原件.xml`,
	bytes: at,
	sha512: 'ab'.repeat(at),
}));

async function* inPieces(content: Buffer, bytes: number): AsyncGenerator<Buffer> {
	for (let from = 0; from < content.length; from += bytes) yield content.subarray(from, from + bytes);
}

it('is in its pieces what was added, line by line', () => {
	const manifest = new ManifestLines(300);
	for (const line of LINES) manifest.add(line);
	const pieces = manifest.pieces();
	expect(pieces.length).toBeGreaterThan(10);
	expect(Buffer.concat(pieces).toString('utf8')).toBe(LINES.map((line) => `${lineText(line)}\n`).join(''));
	expect(pieces.every((piece) => piece.at(-1) === 0x0a)).toBe(true);
	expect([...manifest]).toEqual(LINES.map(lineText));
	expect(manifest.count).toBe(50);
});

it('is read in whatever pieces it comes, also within a character, and without an end of the last line', async () => {
	const text = LINES.map(lineText).join('\n');
	for (const content of [text, `${text}\n`])
		for (const bytes of [1, 7, 300, 100_000]) {
			const read: string[] = [];
			for await (const lines of linesIn(inPieces(Buffer.from(content), bytes), 1000)) read.push(...lines);
			expect(read).toEqual(LINES.map(lineText));
		}
	const tooLong = linesIn(inPieces(Buffer.alloc(5000, 'x'), 100), 1000);
	await expect(tooLong.next()).rejects.toThrow(RangeError);
});
