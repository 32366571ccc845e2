import type { EntryId } from '#domain/base/ids.ts';

/** A proposal that is being written, as the device keeps it: Yjs states in base64. */
export interface KeptSuggestion {
	/** The entry when proposing began. */
	readonly base: string;
	readonly fields: string;
	readonly texts: string;
	readonly why?: string;
}

/** Under which fact the device keeps a proposal for an entry. */
export function suggestionKey(id: EntryId): string {
	return `suggesting:${id}`;
}
