import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Where the store of an archive lies. */
export interface StorePlaces {
	/** The storage root. */
	readonly root: string;
	/** Where versions are built: beside the root, on its file system, so that one rename brings them in. */
	readonly staging: string;
}

/**
 * The store of a data directory: `archive`, or where that is a link the folder it points to, on a disk of its own. The
 * folder need not be there: its disk may be away.
 */
export function storePlaces(dataDir: string): StorePlaces {
	const own = join(dataDir, 'archive');
	const isLink = lstatSync(own, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
	const root = isLink ? resolve(dataDir, readlinkSync(own)) : own;
	return { root, staging: join(dirname(root), 'archive-staging') };
}
