import { createHash } from 'node:crypto';
import {
	closeSync,
	fstatSync,
	fsyncSync,
	lstatSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	readSync,
	renameSync,
	rmdirSync,
	rmSync,
	writeSync,
	type Dirent,
	type Stats,
} from 'node:fs';
import type { OcflStorage, PlaceKind } from './ocfl-storage.ts';

const CHUNK_BYTES = 1024 * 1024;
/** One for all reads of this thread: they block, so no two of them overlap. */
let chunk: Buffer | undefined;

/** Folders of this machine. */
export const folderStorage: OcflStorage = {
	kindOf(path) {
		try {
			const stats = lstatSync(path, { throwIfNoEntry: false });
			return stats && kindOf(stats);
		} catch (error) {
			// Something on the way is a file: then nothing is there either.
			if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
			throw error;
		}
	},
	list: (path) =>
		readdirSync(path, { withFileTypes: true })
			.map((each) => ({ name: each.name, kind: kindOf(each) }))
			.sort((a, b) => (a.name < b.name ? -1 : 1)),
	read: (path) => readFileSync(path),
	readPieces(path, use) {
		const file = openSync(path, 'r');
		try {
			const { size, nlink, dev, ino } = fstatSync(file);
			const bytes = piecesOf(file, use, size);
			return nlink > 1 ? { bytes, sharedAs: `${dev}:${ino}` } : { bytes };
		} finally {
			closeSync(file);
		}
	},
	sizeOf(path) {
		const stats = lstatSync(path);
		if (stats.isDirectory()) throw Object.assign(new Error(`a folder: ${path}`), { code: 'EISDIR' });
		return stats.size;
	},
	write(path, bytes) {
		const file = openSync(path, 'w');
		try {
			writeAll(file, typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes);
		} finally {
			closeSync(file);
		}
	},
	copy(from, to, algorithm = 'sha512') {
		const hash = createHash(algorithm);
		const source = openSync(from, 'r');
		try {
			const target = openSync(to, 'w');
			try {
				piecesOf(source, (piece) => {
					hash.update(piece);
					writeAll(target, piece);
				});
			} finally {
				closeSync(target);
			}
		} finally {
			closeSync(source);
		}
		return hash.digest('hex');
	},
	makeFolder: (path) => void mkdirSync(path),
	rename: renameSync,
	remove: (path) => rmSync(path, { recursive: true, force: true }),
	removeEmptyFolder: rmdirSync,
	syncFile: (path) => sync(path, 'r+'),
	syncFolder(path) {
		// Windows opens no folders; its file system journals names by itself.
		if (process.platform !== 'win32') sync(path, 'r');
	},
};

function kindOf(given: Dirent | Stats): PlaceKind {
	if (given.isFile()) return 'file';
	if (given.isDirectory()) return 'folder';
	return given.isSymbolicLink() ? 'link' : 'other';
}

/** @param size what is expected; where it is known and reached, the system is not asked whether there is more */
function piecesOf(file: number, use: (piece: Uint8Array, isWhole: boolean) => void, size = 0): number {
	const buffer = (chunk ??= Buffer.allocUnsafeSlow(CHUNK_BYTES));
	let bytes = 0;
	for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) {
		use(buffer.subarray(0, read), read === size && bytes === 0);
		bytes += read;
		if (bytes === size) break;
	}
	return bytes;
}

function writeAll(file: number, bytes: Uint8Array): void {
	for (let at = 0; at < bytes.byteLength;) at += writeSync(file, bytes, at);
}

function sync(path: string, flags: string): void {
	const file = openSync(path, flags);
	try {
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
}
