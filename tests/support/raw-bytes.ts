import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';

/**
 * Where words stand in the files of a folder, looked for as bytes: in UTF-8 and both forms of UTF-16, and in packed files
 * also in what they unpack to.
 * @returns `file: word`, without repetitions
 */
export function findWords(folder: string, words: readonly string[]): string[] {
	const wanted = words.flatMap((word) => {
		const little = Buffer.from(word, 'utf16le');
		return [Buffer.from(word, 'utf8'), little, Buffer.from(little).swap16()].map((bytes) => ({
			word,
			bytes,
		}));
	});
	const found = new Set<string>();
	for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
		if (!entry.isFile()) continue;
		const path = join(entry.parentPath, entry.name);
		const bytes = readFileSync(path);
		for (const each of [bytes, unpacked(bytes)])
			for (const { word, bytes: sought } of wanted)
				if (each?.includes(sought)) found.add(`${relative(folder, path)}: ${word}`);
	}
	return [...found].toSorted();
}

function unpacked(bytes: Buffer): Buffer | undefined {
	return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : undefined;
}
