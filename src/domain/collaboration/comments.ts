import type { FieldKey } from '../catalogue/entry.ts';
import { eventsInOrder, type EventBase, type ReviewEvent } from './review-event.ts';

/** Longest text of one comment, in UTF-16 units. */
export const MAX_COMMENT_LENGTH = 10_000;
/** Longest quote and context of an anchor, in UTF-16 units. */
export const MAX_QUOTE_LENGTH = 500;

/** What a thread is about. */
export type CommentAnchor =
	| { readonly kind: 'entry' }
	/** A field, and the element whose value was seen; null when it was empty. */
	| { readonly kind: 'field'; readonly field: FieldKey; readonly elementId: string | null }
	/**
	 * Words of a long text: positions that move with the text, and, for when these are lost, the words themselves with
	 * what stood before and after them.
	 */
	| {
			readonly kind: 'passage';
			readonly field: string;
			/** Yjs relative positions as JSON texts. */
			readonly start: string;
			readonly end: string;
			readonly quote: string;
			readonly before: string;
			readonly after: string;
	  };

/** What comments are made of. */
export type CommentEvent = EventBase &
	(
		| {
				readonly kind: 'comment';
				/** The first comment of the thread; its own id for that one. */
				readonly thread: string;
				/** Of the first comment. */
				readonly anchor?: CommentAnchor;
				readonly text: string;
				/** Account ids. */
				readonly mentions: readonly string[];
		  }
		/** Another wording of one's own comment. */
		| {
				readonly kind: 'revision';
				readonly of: string;
				readonly text: string;
				readonly mentions: readonly string[];
		  }
		/** One's own comment, or proposal, is taken back. */
		| { readonly kind: 'withdrawal'; readonly of: string }
		/** A thread is done with, or open again. */
		| { readonly kind: 'resolution'; readonly of: string; readonly isResolved: boolean }
	);

/** One comment as it stands. */
export interface Comment {
	readonly id: string;
	readonly by: string;
	readonly at: string;
	/** Empty when withdrawn. */
	readonly text: string;
	readonly mentions: readonly string[];
	readonly revisedAt: string | undefined;
	readonly isWithdrawn: boolean;
}

export interface CommentThread {
	/** Id of its first comment. */
	readonly id: string;
	readonly anchor: CommentAnchor;
	/** In the order of the log. */
	readonly comments: readonly Comment[];
	readonly isResolved: boolean;
	/** Who said so last, and when. */
	readonly resolution: { readonly by: string; readonly at: string } | undefined;
}

/**
 * The threads that events make up, the oldest first. What refers to nothing known is left out until it is known; nobody
 * changes another's comment.
 * @param position of an event in the log; what is not logged yet comes last
 */
export function threadsOf(
	events: readonly ReviewEvent[],
	position: (event: ReviewEvent) => number,
): CommentThread[] {
	const inOrder = eventsInOrder(events, position);
	const comments = new Map<string, Comment & { readonly thread: string }>();
	const anchors = new Map<string, CommentAnchor>();
	const resolutions = new Map<string, Extract<CommentEvent, { kind: 'resolution' }>>();
	// First all comments: an answer may have reached the log before what it answers, from another device.
	for (const event of inOrder)
		if (event.kind === 'comment') {
			const { id, by, at, text, mentions, thread } = event;
			comments.set(id, { id, by, at, text, mentions, thread, revisedAt: undefined, isWithdrawn: false });
			if (thread === id) anchors.set(id, event.anchor ?? { kind: 'entry' });
		}
	for (const event of inOrder) {
		if (event.kind === 'resolution') {
			resolutions.set(event.of, event);
			continue;
		}
		if (event.kind !== 'revision' && event.kind !== 'withdrawal') continue;
		const known = comments.get(event.of);
		if (!known || known.by !== event.by || known.isWithdrawn) continue;
		comments.set(
			known.id,
			event.kind === 'revision'
				? { ...known, text: event.text, mentions: event.mentions, revisedAt: event.at }
				: { ...known, text: '', mentions: [], isWithdrawn: true },
		);
	}
	return [...anchors].map(([id, anchor]) => {
		const resolution = resolutions.get(id);
		return {
			id,
			anchor,
			comments: [...comments.values()].flatMap(({ thread, ...comment }) => (thread === id ? [comment] : [])),
			isResolved: resolution?.isResolved ?? false,
			resolution: resolution && { by: resolution.by, at: resolution.at },
		};
	});
}

/** True when nothing of a thread is left to read. */
export function isEmptyThread(thread: CommentThread): boolean {
	return thread.comments.every(({ isWithdrawn }) => isWithdrawn);
}

/**
 * Where a quote stands in a text after its positions were lost: its only occurrence, or the one whose surroundings agree
 * best. Undefined when it is gone, or when nothing tells two places apart.
 */
export function findQuote(
	text: string,
	{ quote, before, after }: { readonly quote: string; readonly before: string; readonly after: string },
): { readonly from: number; readonly to: number } | undefined {
	if (quote === '') return undefined;
	const places: { readonly from: number; readonly agreeing: number }[] = [];
	for (let from = text.indexOf(quote); from >= 0; from = text.indexOf(quote, from + 1))
		places.push({
			from,
			agreeing:
				commonEnd(text.slice(0, from), before) + commonBeginning(text.slice(from + quote.length), after),
		});
	const [best, second] = places.toSorted((a, b) => b.agreeing - a.agreeing);
	if (!best || (second && second.agreeing === best.agreeing)) return undefined;
	return { from: best.from, to: best.from + quote.length };
}

function commonBeginning(a: string, b: string): number {
	let length = 0;
	while (length < a.length && length < b.length && a[length] === b[length]) length++;
	return length;
}

function commonEnd(a: string, b: string): number {
	let length = 0;
	while (length < a.length && length < b.length && a.at(-1 - length) === b.at(-1 - length)) length++;
	return length;
}

/** Names after an @ in a text, with what they mean: the longest name that fits. */
export function mentionsIn(
	text: string,
	people: readonly { readonly id: string; readonly name: string }[],
): string[] {
	const longestFirst = people.toSorted((a, b) => b.name.length - a.name.length);
	const found = new Set<string>();
	for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
		const named = longestFirst.find(({ name }) => text.startsWith(name, at + 1));
		if (named) found.add(named.id);
	}
	return [...found];
}
