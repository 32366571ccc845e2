/** What lies at a path. */
export type PlaceKind = 'file' | 'folder' | 'link' | 'other';

/** A name in a folder. */
export interface Place {
	readonly name: string;
	readonly kind: PlaceKind;
}

/** What is known of a file that was read to its end. */
export interface ReadFacts {
	readonly bytes: number;
	/** Set when the file has several names in its file system; the same for each of them. */
	readonly sharedAs?: string;
}

/**
 * Where objects are kept: all that reader, writer and verification ask for. Paths are joined by `/`; the first part is
 * the storage's own.
 *
 * Every operation blocks, and is called in a worker: an order of writes that a crash may cut anywhere is safe only while
 * nothing comes in between, and very many small files are read at the speed of the disk. A storage behind a network
 * answers by a thread of its own.
 *
 * Nothing is kept for good before it was synced: bytes with their file, names with their folder.
 */
export interface OcflStorage {
	/** Links are not followed; undefined when nothing is there. */
	kindOf(path: string): PlaceKind | undefined;
	/**
	 * By name.
	 * @throws with code `ENOENT` or `ENOTDIR` where there is no folder
	 */
	list(path: string): readonly Place[];
	/** @throws with code `ENOENT`, `EISDIR` … where there is no file */
	read(path: string): Uint8Array;
	/**
	 * Reads a file in pieces, of which each is good until the call returns. `isWhole` is true for a piece that is known to
	 * be all of the file.
	 * @throws as {@link read}
	 */
	readPieces(path: string, use: (piece: Uint8Array, isWhole: boolean) => void): ReadFacts;
	/**
	 * Bytes of a file.
	 * @throws as {@link read}
	 */
	sizeOf(path: string): number;
	/** Writes a file whole; replaces one of that name. */
	write(path: string, bytes: Uint8Array | string): void;
	/**
	 * Takes a file of this machine in, in pieces.
	 * @returns the digest of what was written, in hex
	 */
	copy(from: string, to: string, algorithm?: 'sha512' | 'sha256'): string;
	/** Makes one folder; that above it must be there, and none of that name. */
	makeFolder(path: string): void;
	/** Moves a file or folder in one step; a file of that name is replaced. */
	rename(from: string, to: string): void;
	/** Removes a file, or a folder with all in it; nothing there is fine. */
	remove(path: string): void;
	/** Removes a folder, which must be empty. */
	removeEmptyFolder(path: string): void;
	syncFile(path: string): void;
	/** Makes the names in a folder durable. */
	syncFolder(path: string): void;
}

/** Text of a file. */
export function readText(storage: OcflStorage, path: string): string {
	return Buffer.from(storage.read(path)).toString('utf8');
}

/** True when anything lies there. */
export function isThere(storage: OcflStorage, path: string): boolean {
	return storage.kindOf(path) !== undefined;
}
