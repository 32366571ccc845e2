import { dirname, join } from 'node:path/posix';
import { Refusal } from '#domain/base/refusal.ts';
import type { Recovered } from '../ocfl-staging.ts';
import { isThere, readText, type OcflStorage } from '../ocfl-storage.ts';
import { OcflStore } from '../ocfl-store.ts';

const MARKER = 'copy.json';
const FORMAT = 'lantai-copy/1';
/** What file systems and desktops put into a folder by themselves. */
const NOT_CONTENT = ['lost+found', 'System Volume Information', '$RECYCLE.BIN'];

/** What a copy says of itself, beside its root. */
export interface CopyMarker {
	readonly format: typeof FORMAT;
	/** The archive it is a copy of. */
	readonly archive: string;
	readonly copy: string;
	readonly begunAt: string;
	/** False until its root is made. */
	readonly isBegun: boolean;
}

/** A copy that is open. */
export interface OpenCopy {
	readonly marker: CopyMarker;
	readonly store: OcflStore;
	readonly recovered: Recovered;
}

/** What is known of the folder of a copy that is to be opened. */
export interface OpenOptions {
	/** Whether there was a copy. */
	readonly isKnown: boolean;
	/** Given when a new copy may be begun in an empty folder. */
	readonly begin?: { readonly copyId: string; readonly at: string };
}

/** The root of a copy: any OCFL tool reads it. */
export function rootOfCopy(path: string): string {
	return join(path, 'archive');
}

/**
 * Opens the copy in a folder and finishes what a crash left there.
 * @throws {Refusal} 'preservation.copy-away' when nothing is there, 'preservation.copy-empty' when it is an empty folder that
 * was a copy, and 'preservation.copy-unknown' when nobody knows whether it was, and none may be begun;
 * 'preservation.copy-foreign' for a copy of another archive; 'preservation.copy-not-empty'
 */
export function openCopy(
	storage: OcflStorage,
	path: string,
	archiveId: string,
	{ isKnown, begin }: OpenOptions = { isKnown: true },
): OpenCopy {
	let marker = readMarker(storage, path, archiveId);
	const store = new OcflStore(rootOfCopy(path), join(path, 'archive-staging'), storage);
	const hasRoot = marker?.isBegun === true && isThere(storage, store.root);
	if (!hasRoot && marker?.isBegun !== false) {
		if (!begin)
			throw new Refusal(isKnown || marker ? 'preservation.copy-empty' : 'preservation.copy-unknown', {
				path,
			});
		// Another copy, also where only the root is gone: what is known of the old one is not true of it.
		marker = { format: FORMAT, archive: archiveId, copy: begin.copyId, begunAt: begin.at, isBegun: false };
		writeMarker(storage, path, marker);
	}
	store.open({ mayCreate: !hasRoot });
	const begun: CopyMarker = { ...(marker as CopyMarker), isBegun: true };
	if (!hasRoot) writeMarker(storage, path, begun);
	return { marker: begun, store, recovered: store.recover() };
}

/** What lies in the folder of a copy; undefined for an empty folder. */
function readMarker(storage: OcflStorage, path: string, archiveId: string): CopyMarker | undefined {
	if (storage.kindOf(path) !== 'folder') throw new Refusal('preservation.copy-away', { path });
	const file = join(path, MARKER);
	if (!isThere(storage, file)) {
		const content = storage
			.list(path)
			.filter(({ name }) => !name.startsWith('.') && !NOT_CONTENT.includes(name) && name !== `${MARKER}.new`);
		if (content.length > 0) throw new Refusal('preservation.copy-not-empty', { path });
		return undefined;
	}
	const marker = parsed(readText(storage, file));
	if (marker?.format !== FORMAT) throw new Refusal('preservation.copy-not-empty', { path });
	if (marker.archive !== archiveId)
		throw new Refusal('preservation.copy-foreign', { path, archive: String(marker.archive) });
	return marker;
}

function parsed(text: string): CopyMarker | undefined {
	try {
		return JSON.parse(text) as CopyMarker;
	} catch {
		return undefined;
	}
}

function writeMarker(storage: OcflStorage, path: string, marker: CopyMarker): void {
	const file = join(path, MARKER);
	storage.write(`${file}.new`, `${JSON.stringify(marker, null, '\t')}\n`);
	storage.syncFile(`${file}.new`);
	storage.rename(`${file}.new`, file);
	storage.syncFolder(dirname(file));
}
