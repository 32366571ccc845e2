import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Files below a folder that hold one of the texts readably, as UTF-8 or UTF-16: `path: text`. */
export async function readableTraces(folder: string, texts: readonly string[]): Promise<string[]> {
	const wanted = texts.flatMap((text) => [
		{ text, bytes: Buffer.from(text, 'utf8') },
		{ text, bytes: Buffer.from(text, 'utf16le') },
	]);
	const traces = new Set<string>();
	for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
		if (!entry.isFile()) continue;
		const path = join(entry.parentPath, entry.name);
		const bytes = await readFile(path);
		for (const { text, bytes: sought } of wanted)
			if (bytes.includes(sought)) traces.add(`${relative(folder, path)}: ${text}`);
	}
	return [...traces].sort();
}
