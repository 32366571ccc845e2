import { open, stat } from 'node:fs/promises';
import { Refusal } from '#domain/base/refusal.ts';
import type { BagProblem } from './bag-problem.ts';
import { openFolder } from './folder-files.ts';
import { openTar } from './tar-files.ts';
import { openZip } from './zip-files.ts';

/** Something that lies in a bag. */
export interface BagMember {
	/** Relative to the bag's base folder, with slashes. */
	readonly path: string;
	readonly kind: 'file' | 'folder' | 'link' | 'special';
	readonly bytes: number;
}

/** A file of a bag, being read. */
export interface BagContent {
	readonly path: string;
	readonly content: AsyncIterable<Uint8Array>;
}

/** The files of a bag, wherever they lie: a folder, a zip file, a tar file. */
export interface BagFiles {
	/** Where the bag lies. */
	readonly path: string;
	readonly form: 'folder' | 'zip' | 'tar';
	readonly members: readonly BagMember[];
	/** What the packing itself got wrong. */
	readonly problems: readonly BagProblem[];
	/**
	 * The files asked for, one after the other in the order they lie; each is to be read before the next is asked for.
	 * @throws {Refusal} 'preservation.bag-unreadable' | 'preservation.bag-too-large' (413)
	 */
	contents(paths: ReadonlySet<string>): AsyncIterable<BagContent>;
	close(): Promise<void>;
}

/**
 * Opens a bag without looking whether it is one: a folder, a zip file, or a tar file, which may be gzipped.
 * @throws {Refusal} 'preservation.no-bag' (404) | 'preservation.bag-unreadable' | 'preservation.bag-too-large' (413) |
 * 'preservation.bag-too-many-files' (413)
 */
export async function openBagFiles(path: string): Promise<BagFiles> {
	const noBag = new Refusal('preservation.no-bag', { path }, 404);
	try {
		if ((await stat(path)).isDirectory()) return await openFolder(path);
		const form = await packedForm(path);
		if (form === undefined) throw noBag;
		return form === 'zip' ? await openZip(path) : await openTar(path, form === 'gzip');
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === 'ENOENT' || code === 'ENOTDIR') throw noBag;
		if (code === 'EACCES' || code === 'EPERM')
			throw new Refusal('preservation.bag-unreadable', { path, reason: code });
		throw error;
	}
}

/** How files are packed in a file, by its beginning; undefined when in no way that is known. */
export async function packedForm(path: string): Promise<'zip' | 'tar' | 'gzip' | undefined> {
	const file = await open(path, 'r');
	try {
		const { buffer: head, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
		if (bytesRead >= 4 && head.readUInt16BE(0) === 0x504b) return 'zip';
		if (bytesRead >= 2 && head.readUInt16BE(0) === 0x1f8b) return 'gzip';
		return bytesRead === 512 && head.toString('latin1', 257, 262) === 'ustar' ? 'tar' : undefined;
	} finally {
		await file.close();
	}
}
