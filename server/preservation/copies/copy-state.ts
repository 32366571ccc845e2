import { isRefusal } from '#domain/base/refusal.ts';

/**
 * How a copy is doing: `ok` all is there · `behind` objects wait · `away` its disk is · `full` · `read-only` ·
 * `wrong-disk` something else lies there · `failing` some objects, or all for another reason.
 */
export type CopyState = 'ok' | 'behind' | 'away' | 'full' | 'read-only' | 'wrong-disk' | 'failing';

/** A copy as people are told of it. */
export interface CopyStatus {
	readonly path: string;
	readonly state: CopyState;
	/** Why it is not well: a refusal's code, or a system code such as `ENOSPC`. */
	readonly reason: string | undefined;
	/** Since when it is in this state. */
	readonly sinceAt: string;
	/** Objects that are not there as they are in the store, and their bytes at most. */
	readonly behind: { readonly objects: number; readonly bytes: number };
	/** Objects that could not be brought there, or are damaged there. */
	readonly failed: number;
	/** When it was up to date last. */
	readonly completeAt: string | undefined;
}

const STATES: Readonly<Record<string, CopyState>> = {
	'preservation.copy-away': 'away',
	'preservation.copy-empty': 'away',
	'preservation.copy-foreign': 'wrong-disk',
	'preservation.copy-not-empty': 'wrong-disk',
	'storage.full': 'full',
	ENOSPC: 'full',
	EDQUOT: 'full',
	EROFS: 'read-only',
	EACCES: 'read-only',
	EPERM: 'read-only',
	ENOENT: 'away',
	ENOTDIR: 'away',
	ENODEV: 'away',
	ESTALE: 'away',
};

/** The state of a copy with which something failed. */
export function stateOf(error: unknown): CopyState {
	return STATES[reasonOf(error)] ?? 'failing';
}

/** A failure in one word: a refusal's code, a system code, or what the error says. */
export function reasonOf(error: unknown): string {
	const { code, message } = error as { code?: unknown; message?: unknown };
	return isRefusal(error) ? error.code : String(code ?? message ?? error);
}
