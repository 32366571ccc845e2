import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path/posix';
import { Refusal } from '#domain/base/refusal.ts';
import { folderStorage } from '../folder-storage.ts';
import { ROOT_NAMASTE } from '../ocfl-layout.ts';

/** What a system says when the disk itself is gone, whichever file was asked for. */
const GONE = ['ENODEV', 'ENXIO', 'ESTALE', 'ENOTCONN', 'EHOSTDOWN', 'ENOMEDIUM'];

/**
 * Asks whether the root is there: a disk that is away is no damage of every object on it. Blocks.
 * @param error what reading something of the root failed with
 * @throws {Refusal} 'preservation.root-missing'
 */
export function demandRoot(root: string, error?: unknown): void {
	const { code = '' } = (error ?? {}) as NodeJS.ErrnoException;
	if (GONE.includes(code) || !isRootThere(root))
		throw new Refusal('preservation.root-missing', { path: root });
}

/** True when the root is not there just now. Does not block. */
export async function isAway(root: string): Promise<boolean> {
	try {
		await access(join(root, ROOT_NAMASTE));
		return false;
	} catch {
		const names = await readdir(root, { withFileTypes: true }).catch(() => []);
		return !names.some((each) => each.isDirectory());
	}
}

function isRootThere(root: string): boolean {
	try {
		folderStorage.read(join(root, ROOT_NAMASTE));
		return true;
	} catch {
		// That file may be what is damaged: then there are still folders.
	}
	try {
		return folderStorage.list(root).some(({ kind }) => kind === 'folder');
	} catch {
		return false;
	}
}
