import { reasonOf, storeStateOf } from '../store-state.ts';

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

/** What refusals say of a copy; system codes say the same of a copy as of the store. */
const STATES: Readonly<Record<string, CopyState>> = {
	'preservation.copy-away': 'away',
	'preservation.copy-empty': 'away',
	'preservation.copy-unknown': 'away',
	'preservation.copy-foreign': 'wrong-disk',
	'preservation.copy-not-empty': 'wrong-disk',
	'storage.full': 'full',
};

/** The state of a copy with which something failed. */
export function stateOf(error: unknown): CopyState {
	const reason = reasonOf(error);
	return STATES[reason] ?? storeStateOf(reason);
}
