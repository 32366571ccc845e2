import * as v from 'valibot';

/**
 * A backup is a tar file, gzipped or not, that common tools open: `backup.json` says what it is, then come the database
 * as one consistent copy, the secret, the archival store and what waits to go into it; `manifest.jsonl` has a line with
 * size and SHA-512 for each member before it, and `manifest.jsonl.sha512` the digest of that.
 */
export const BACKUP_FORMAT = 'lantai-backup';
export const BACKUP_VERSION = 1;

export const ABOUT_NAME = 'backup.json';
export const DATABASE_NAME = 'lantai.sqlite';
export const MANIFEST_NAME = 'manifest.jsonl';
export const MANIFEST_DIGEST_NAME = `${MANIFEST_NAME}.sha512`;

/** What of a data directory goes into a backup besides the database; `staging` holds accepted imports only. */
export const FILE_NAMES = ['secret'] as const;
export const FOLDER_NAMES = ['tls', 'staging', 'archive'] as const;

/** What of a data directory is left out, said in `backup.json`. */
export const LEFT_OUT = ['uploads in progress', 'imports in progress', 'archive-staging'] as const;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** `backup.json`. */
export const About = v.object({
	format: v.literal(BACKUP_FORMAT),
	version: v.literal(BACKUP_VERSION),
	product: v.object({ name: v.string(), version: v.string() }),
	archive: v.object({ name: v.string(), code: v.string() }),
	/** Of the log; with the position it tells devices what a restored log has lost. */
	lineage: v.string(),
	/** Last position of the log. */
	atSeq: count,
	/** Entries of the catalogue, deleted ones too. */
	entries: count,
	createdAt: v.pipe(v.string(), v.isoTimestamp()),
	leftOut: v.array(v.string()),
});
export type About = v.InferOutput<typeof About>;

/** A line of the manifest. */
export interface Line {
	readonly path: string;
	readonly bytes: number;
	readonly sha512: string;
}

/** A manifest line as it is written: the same text from the same values. */
export function lineText({ path, bytes, sha512 }: Line): string {
	return JSON.stringify({ path, bytes, sha512 });
}

/** True for a member that is an object of the archival store, counted by its declaration. @see OCFL 1.1, 3.1 */
export function isObjectDeclaration(path: string): boolean {
	return path.startsWith('archive/') && /\/0=ocfl_object_[\d.]+$/.test(path);
}

/** True for a path a backup may hold: below the data directory, in one of its known places, without any trick. */
export function isSafeMember(path: string): boolean {
	// oxlint-disable-next-line no-control-regex
	if (path === '' || /[\\\u0000-\u001f\u007f]/.test(path)) return false;
	const [top, ...rest] = path.split('/');
	if ([top, ...rest].some((part) => part === '' || part === '.' || part === '..')) return false;
	if (rest.length > 0) return (FOLDER_NAMES as readonly string[]).includes(top as string);
	return [ABOUT_NAME, DATABASE_NAME, ...FILE_NAMES].includes(top as string);
}
