import type { OcflStorage, Place } from './ocfl-storage.ts';

/** One thing wrong or worth saying, by the specification's code, or a code of ours that begins with `I`. */
export interface VerifyFinding {
	readonly code: string;
	/** Path below the verified root or object, `.` for itself. */
	readonly path: string;
	readonly message: string;
}

/** Notes a finding; `path` is the storage's. */
export type NoteAt = (code: string, path: string, message: string) => void;

/** Names in a folder that may be there: links and special files are noted and left out. @see OCFL 1.1, 4.6 Filesystem features */
export function list(storage: OcflStorage, folder: string, note: NoteAt): Place[] {
	return storage.list(folder).filter(({ name, kind }) => {
		if (kind === 'link') note('E090', `${folder}/${name}`, 'a link');
		if (kind === 'other') note('E089', `${folder}/${name}`, 'neither a file nor a folder');
		return kind === 'file' || kind === 'folder';
	});
}

/** True for what a file system says went wrong. */
export function isOfFiles(error: unknown): error is NodeJS.ErrnoException & { readonly code: string } {
	return /^E[A-Z0-9]+$/.test(String((error as NodeJS.ErrnoException).code));
}

/** Reads JSON; what is none is noted. */
export function readJson(bytes: Uint8Array, path: string, note: NoteAt, code = 'E033'): unknown {
	try {
		return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
	} catch (error) {
		note(code, path, error instanceof Error ? error.message : String(error));
		return undefined;
	}
}

/** A path as findings say it. */
export function below(base: string, at: string): string {
	if (at === base) return '.';
	return at.startsWith(`${base}/`) ? at.slice(base.length + 1) : at;
}
