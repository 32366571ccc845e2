import {
	closeSync,
	fsyncSync,
	mkdirSync,
	openSync,
	readSync,
	renameSync,
	rmdirSync,
	rmSync,
	writeSync,
} from 'node:fs';
import { createHash } from 'node:crypto';

const CHUNK_BYTES = 1024 * 1024;

/**
 * The file operations the store is built of. A port, so that tests can fail each one in turn.
 * Nothing is on the disk for good before it was synced: bytes with their file, names with their folder.
 */
export interface DurableFiles {
	/** Writes a file whole; replaces one of that name. */
	write(path: string, bytes: Uint8Array | string): void;
	/** Copies a file in pieces and returns the SHA-512 of what was written, in hex. */
	copy(from: string, to: string): string;
	/** Makes one folder; that above it must be there. */
	makeFolder(path: string): void;
	/** Moves a file or folder within one file system, in one step; a file of that name is replaced. */
	rename(from: string, to: string): void;
	/** Removes a file, or a folder with all in it; nothing there is fine. */
	remove(path: string): void;
	/** Removes a folder, which must be empty. */
	removeEmptyFolder(path: string): void;
	syncFile(path: string): void;
	/** Makes the names in a folder durable. */
	syncFolder(path: string): void;
}

/** The operations of this machine. They block: call them in a worker. */
export const durableFiles: DurableFiles = {
	write(path, bytes) {
		const file = openSync(path, 'w');
		try {
			writeAll(file, typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes);
		} finally {
			closeSync(file);
		}
	},
	copy(from, to) {
		const hash = createHash('sha512');
		const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
		const source = openSync(from, 'r');
		try {
			const target = openSync(to, 'w');
			try {
				for (let read = readSync(source, buffer); read > 0; read = readSync(source, buffer)) {
					const piece = buffer.subarray(0, read);
					hash.update(piece);
					writeAll(target, piece);
				}
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
