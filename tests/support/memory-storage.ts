import { readFileSync } from 'node:fs';
import { dirname } from 'node:path/posix';
import { digestOf } from '#server/preservation/digests.ts';
import type { OcflStorage, PlaceKind } from '#server/preservation/ocfl-storage.ts';

type Held = Uint8Array | Exclude<PlaceKind, 'file'>;

/** A storage of this process alone, with one empty folder. What it holds may be changed directly, to what a damaged disk could hold. */
export interface MemoryStorage extends OcflStorage {
	/** Everything by path. */
	readonly held: Map<string, Held>;
	/** The same again, to be changed by itself. */
	clone(): MemoryStorage;
}

export function createMemoryStorage(
	folder: string,
	held = new Map<string, Held>([[folder, 'folder']]),
): MemoryStorage {
	const fail = (code: string, path: string): never => {
		throw Object.assign(new Error(`${code}: ${path}`), { code });
	};
	const below = (path: string): string[] => [...held.keys()].filter((each) => each.startsWith(`${path}/`));
	const file = (path: string): Uint8Array => {
		const found = held.get(path);
		if (found === 'folder') return fail('EISDIR', path);
		if (typeof found === 'object') return found;
		return fail(typeof held.get(dirname(path)) === 'object' ? 'ENOTDIR' : 'ENOENT', path);
	};
	const demandParent = (path: string): void => {
		if (held.get(dirname(path)) !== 'folder') fail('ENOENT', path);
	};
	const kindOf = (path: string): PlaceKind | undefined => {
		const found = held.get(path);
		return typeof found === 'object' ? 'file' : found;
	};
	return {
		held,
		clone: () => createMemoryStorage(folder, new Map(held)),
		kindOf,
		list(path) {
			if (held.get(path) !== 'folder') fail(held.has(path) ? 'ENOTDIR' : 'ENOENT', path);
			return below(path)
				.filter((each) => !each.slice(path.length + 1).includes('/'))
				.map((each) => ({ name: each.slice(path.length + 1), kind: kindOf(each) as PlaceKind }))
				.sort((a, b) => (a.name < b.name ? -1 : 1));
		},
		read: file,
		readPieces(path, use) {
			const bytes = file(path);
			const PIECE = 1000;
			for (let at = 0; at < bytes.length; at += PIECE)
				use(bytes.subarray(at, at + PIECE), bytes.length <= PIECE);
			return { bytes: bytes.length };
		},
		sizeOf: (path) => file(path).length,
		write(path, bytes) {
			demandParent(path);
			held.set(path, Uint8Array.from(Buffer.from(bytes as Uint8Array)));
		},
		copy(from, to, algorithm = 'sha512') {
			const bytes = readFileSync(from);
			demandParent(to);
			held.set(to, Uint8Array.from(bytes));
			return digestOf(algorithm, bytes);
		},
		makeFolder(path) {
			demandParent(path);
			if (held.has(path)) fail('EEXIST', path);
			held.set(path, 'folder');
		},
		rename(from, to) {
			if (!held.has(from)) fail('ENOENT', from);
			demandParent(to);
			for (const path of [from, ...below(from)]) {
				held.set(to + path.slice(from.length), held.get(path) as Held);
				held.delete(path);
			}
		},
		remove(path) {
			for (const each of [path, ...below(path)]) held.delete(each);
		},
		removeEmptyFolder(path) {
			if (below(path).length) fail('ENOTEMPTY', path);
			held.delete(path);
		},
		syncFile: (path) => void file(path),
		syncFolder: () => undefined,
	};
}
