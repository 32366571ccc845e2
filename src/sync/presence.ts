/** What everybody connected to a document sees of one client; stamped by the server. */
export interface PresenceState {
	readonly entryId: string | null;
	readonly field: string | null;
	readonly idle: boolean;
	readonly user: { readonly id: string; readonly name: string; readonly colour: string };
}

/** Eight hues that stay apart in both themes, and from the cinnabar of conflicts. */
const HUES = [205, 150, 85, 285, 245, 330, 120, 60] as const;

/** The colour of a person: the same on every screen, from the account id. */
export function colourOf(personId: string): string {
	let hash = 0;
	for (let index = 0; index < personId.length; index++) hash = (hash * 31 + personId.charCodeAt(index)) >>> 0;
	return `oklch(0.58 0.12 ${HUES[hash % HUES.length]})`;
}
