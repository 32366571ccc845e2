import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { aFolder } from './folder.ts';

/** Files by path: text, or bytes. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** The sum of a file as manifests write it. */
export function sumOf(content: string | Uint8Array, algorithm = 'sha512'): string {
	return createHash(algorithm).update(content).digest('hex');
}

/** Lines of a manifest for files. */
export function linesFor(files: Files, algorithm = 'sha512'): string {
	return Object.entries(files)
		.map(([path, content]) => `${sumOf(content, algorithm)}  ${path}\n`)
		.join('');
}

/**
 * A small bag of version 1.0, put together by hand and not by the writer under test. What is given replaces or adds
 * files; undefined leaves one out. Its tag manifest fits what is given, unless it is given itself.
 */
export function bagFiles(given: Readonly<Record<string, string | Uint8Array | undefined>> = {}): Files {
	const payload = { 'data/甲.txt': '甲\n', 'data/b/乙.txt': '乙\n' };
	const tags: Record<string, string | Uint8Array | undefined> = {
		'bagit.txt': 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n',
		'bag-info.txt': 'Source-Organization: 合成测试档案馆\nPayload-Oxum: 8.2\n',
		'manifest-sha512.txt': linesFor(payload),
	};
	const all = { ...tags, ...payload, ...given };
	const kept: Record<string, string | Uint8Array> = {};
	for (const [path, content] of Object.entries(all)) if (content !== undefined) kept[path] = content;
	if ('tagmanifest-sha512.txt' in given) return kept;
	const listed = Object.entries(kept).filter(
		([path]) => !path.startsWith('data/') && !path.startsWith('tagmanifest-'),
	);
	return { ...kept, 'tagmanifest-sha512.txt': linesFor(Object.fromEntries(listed)) };
}

/** Puts files into a new folder. */
export async function aBag(files: Files = bagFiles()): Promise<string> {
	const folder = join(await aFolder(), 'bag');
	await mkdir(folder);
	for (const [path, content] of Object.entries(files)) {
		await mkdir(dirname(join(folder, path)), { recursive: true });
		await writeFile(join(folder, path), content);
	}
	return folder;
}
