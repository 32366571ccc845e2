/** What everybody connected to a document sees of one client; stamped by the server. */
export interface PresenceState {
	/** Null in the document of the whole archive: there each is told only of the places they may see. */
	readonly entryId: string | null;
	readonly field: string | null;
	readonly idle: boolean;
	/** Where the caret is in a long text, as y-prosemirror says it. */
	readonly cursor: Caret | null;
	readonly user: { readonly id: string; readonly name: string; readonly colour: string };
}

/** A selection in a long text; `head` is the end that moves. */
export interface Caret {
	readonly anchor: CaretPosition;
	readonly head: CaretPosition;
}

/** A relative position of Yjs as JSON. */
export interface CaretPosition {
	readonly type?: CaretItem | null | undefined;
	readonly tname?: string | null | undefined;
	readonly item?: CaretItem | null | undefined;
	readonly assoc?: number | null | undefined;
}

interface CaretItem {
	readonly client: number;
	readonly clock: number;
}

/** Tells somebody in the archive where others are: at an entry they may see, or at none they should know of. */
export interface PlacesMessage {
	readonly type: 'places';
	/** All there are; otherwise only those that changed. */
	readonly all: boolean;
	readonly places: readonly (readonly [clientId: number, entryId: string | null])[];
}

/** Eight hues that stay apart in both themes, and from the cinnabar of conflicts. */
const HUES = [205, 150, 85, 285, 245, 330, 120, 60] as const;

/** The colour of a person: the same on every screen, from the account id. */
export function colourOf(personId: string): string {
	let hash = 0;
	for (let index = 0; index < personId.length; index++) hash = (hash * 31 + personId.charCodeAt(index)) >>> 0;
	return `oklch(0.58 0.12 ${HUES[hash % HUES.length]})`;
}
