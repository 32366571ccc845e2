import * as v from 'valibot';
import { Refusal } from '#domain/base/refusal.ts';
import { MAX_COMMENT_LENGTH, MAX_QUOTE_LENGTH, type ReviewEvent } from '#domain/collaboration/comments.ts';

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const field = v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9]{0,63}(#[A-Za-z0-9_-]{1,64})?$/));
const quoted = v.pipe(v.string(), v.maxLength(MAX_QUOTE_LENGTH));
const position = v.pipe(v.string(), v.maxLength(500));
const text = v.pipe(v.string(), v.regex(/\S/, 'empty'), v.maxLength(MAX_COMMENT_LENGTH));
const mentions = v.pipe(v.array(id), v.maxLength(50));

const Anchor = v.variant('kind', [
	v.strictObject({ kind: v.literal('entry') }),
	v.strictObject({ kind: v.literal('field'), field, elementId: v.nullable(id) }),
	v.strictObject({
		kind: v.literal('passage'),
		field,
		start: position,
		end: position,
		quote: v.pipe(quoted, v.minLength(1)),
		before: quoted,
		after: quoted,
	}),
]);

const made = {
	id,
	by: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
	at: v.pipe(v.string(), v.maxLength(40), v.isoTimestamp()),
};

const Event = v.variant('kind', [
	v.strictObject({
		...made,
		kind: v.literal('comment'),
		thread: id,
		anchor: v.optional(Anchor),
		text,
		mentions,
	}),
	v.strictObject({ ...made, kind: v.literal('revision'), of: id, text, mentions }),
	v.strictObject({ ...made, kind: v.literal('withdrawal'), of: id }),
	v.strictObject({ ...made, kind: v.literal('resolution'), of: id, isResolved: v.boolean() }),
]);

/**
 * An event of a `review:` document as it came over a border.
 * @throws {Refusal} 'collaboration.bad-event' naming the reason
 */
export function readReviewEvent(given: unknown): ReviewEvent {
	const parsed = v.safeParse(Event, given);
	if (parsed.success) return parsed.output as ReviewEvent;
	const issue = parsed.issues[0];
	throw new Refusal('collaboration.bad-event', {
		reason: `${v.getDotPath(issue) ?? 'event'}: ${issue.message}`,
	});
}
