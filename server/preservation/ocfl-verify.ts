import { folderStorage } from './folder-storage.ts';
import { isOfFiles } from './ocfl-findings.ts';
import type { OcflStorage } from './ocfl-storage.ts';
import { inspectObject, VerifyRun, type Verdict } from './ocfl-verify-run.ts';

/** How to verify. */
export interface VerifyOptions {
	/**
	 * Looks again at what is wrong after this many milliseconds: an object that is just getting a version is between
	 * two states for a moment, damage stays.
	 */
	readonly againMs?: number;
	/** What the path is; by default what it looks like. */
	readonly as?: 'root' | 'object';
}

/**
 * Checks a storage root or a single object: declarations, inventories and their sidecars, versions, and every byte
 * against its digest. Blocks, with one thread.
 * @see OCFL 1.1, Validation Codes
 */
export function verify(
	path: string,
	options: VerifyOptions = {},
	storage: OcflStorage = folderStorage,
): Verdict {
	const first = look(new VerifyRun(storage, path, options), storage);
	if (first.verdict().valid || !options.againMs) return first.verdict();
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, options.againMs);
	return look(new VerifyRun(storage, path, options, first), storage).verdict();
}

function look(run: VerifyRun, storage: OcflStorage): VerifyRun {
	for (const object of run.objects())
		try {
			run.took(object, inspectObject(storage, run.path, object));
		} catch (error) {
			if (!isOfFiles(error)) throw error;
			run.cannotRead(object, error);
		}
	return run;
}
