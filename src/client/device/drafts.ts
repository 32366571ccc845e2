import type { EntryId } from '#domain/base/ids.ts';

/** Something that somebody writes and has not handed in, as the device keeps it. */
export interface Draft {
	readonly key: string;
	readonly value: unknown;
}

/** Under which fact the device keeps a correction order that is being written. */
export const ORDER_DRAFT_KEY = 'order-draft';

/** What is written, and how the keys of the facts begin that keep it. */
const BEGINNINGS = {
	order: ORDER_DRAFT_KEY,
	orderReasons: 'order-reasons:',
	register: 'register:',
	suggestion: 'suggesting:',
	comment: 'comment:',
	decision: 'decide:',
} as const;

export type DraftKind = keyof typeof BEGINNINGS;

/** A comment on an entry: a new one, an answer in a thread, or another wording of one. */
export function commentKey(id: EntryId, box: string): string {
	return `${BEGINNINGS.comment}${id}:${box}`;
}

/** What somebody is about to decide of a proposal. */
export function decisionKey(id: EntryId, proposal: string): string {
	return `${BEGINNINGS.decision}${id}:${proposal}`;
}

/** The draft that is kept under a key: of several pages that write one at once, each has a place of its own. */
export function draftOf(key: string): string {
	return key.replace(/\n\d+$/, '');
}

/** The keys of all places of a draft, without end: those with words first, unless only empty ones are wanted. */
export function* placesOf(
	draft: string,
	withWords: readonly string[],
	wantsEmpty: boolean,
): Generator<string, never> {
	const numberOf = (key: string): number => Number(key.slice(draft.length + 1) || 1);
	if (!wantsEmpty) yield* withWords.toSorted((a, b) => numberOf(a) - numberOf(b));
	for (let n = 1; ; n++) {
		const key = n === 1 ? draft : `${draft}\n${n}`;
		if (!withWords.includes(key)) yield key;
	}
}

/** Undefined for a fact that nobody wrote. */
export function draftKindOf(key: string): DraftKind | undefined {
	const kinds = Object.keys(BEGINNINGS) as DraftKind[];
	return kinds.find((kind) =>
		kind === 'order' ? draftOf(key) === ORDER_DRAFT_KEY : key.startsWith(BEGINNINGS[kind]),
	);
}

/** How the keys begin of all that is written about an entry. */
export function draftsAbout(id: EntryId): string[] {
	return [`${BEGINNINGS.suggestion}${id}`, commentKey(id, ''), decisionKey(id, '')];
}

/** The entry that a draft is about, if it is about one. */
export function draftEntryOf(key: string): EntryId | undefined {
	const kind = draftKindOf(key);
	if (kind !== 'suggestion' && kind !== 'comment' && kind !== 'decision') return undefined;
	return draftOf(key).split(':')[1] as EntryId | undefined;
}

/** Where it can be gone on with. */
export function draftAddress(key: string): string {
	const [, about = '', record = ''] = draftOf(key).split(':');
	switch (draftKindOf(key)) {
		case 'order':
			return '/orders/new';
		case 'orderReasons':
			return `/orders/${about}`;
		case 'register':
			return `/registers/${about}?record=${encodeURIComponent(record)}`;
		case 'decision':
			return '/proposals';
		default:
			return `/catalogue/${about}`;
	}
}
