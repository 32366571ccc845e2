import * as v from 'valibot';
import { isFieldId, isFieldKey } from '#domain/catalogue/entry.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { MAX_PROPOSED_CHANGES, MAX_WHY_LENGTH } from '#domain/collaboration/proposals.ts';
import { MAX_UPDATE_BYTES } from '#sync/entry-doc.ts';
import { base64Of } from '#sync/sync-messages.ts';
import { MAX_VALUE_LENGTH } from './field-element-schema.ts';
import { MAX_COMMENT_LENGTH, MAX_QUOTE_LENGTH } from '#domain/collaboration/comments.ts';
import type { ReviewEvent } from '#domain/collaboration/review-event.ts';

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const field = v.pipe(v.string(), v.check(isFieldKey));
const quoted = v.pipe(v.string(), v.maxLength(MAX_QUOTE_LENGTH));
const position = v.pipe(v.string(), v.maxLength(500));
const text = v.pipe(v.string(), v.regex(/\S/, 'empty'), v.maxLength(MAX_COMMENT_LENGTH));
const mentions = v.pipe(v.array(id), v.maxLength(50));

const json = v.pipe(
	v.union([v.string(), v.number(), v.boolean(), v.null(), v.record(v.string(), v.any()), v.array(v.any())]),
	v.check((value) => JSON.stringify(value).length <= MAX_VALUE_LENGTH, 'too long'),
);
const why = v.pipe(v.string(), v.maxLength(MAX_WHY_LENGTH));
/** Where an entry stands is not proposed. */
const proposable = v.pipe(field, v.regex(/^(?!(parent|order|status)$)/, 'not to be proposed'));

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
	v.pipe(
		v.strictObject({
			...made,
			kind: v.literal('proposal'),
			values: v.pipe(
				v.array(
					v.strictObject({
						field: proposable,
						base: v.pipe(v.array(id), v.maxLength(50)),
						before: json,
						value: json,
					}),
				),
				v.maxLength(MAX_PROPOSED_CHANGES),
			),
			texts: v.pipe(
				v.array(
					v.strictObject({
						field: v.pipe(v.string(), v.check(isFieldId)),
						before: v.string(),
						after: v.string(),
					}),
				),
				v.maxLength(20),
			),
			fork: base64Of(MAX_UPDATE_BYTES),
			why,
		}),
		v.check(({ values, texts }) => values.length + texts.length > 0, 'nothing is proposed'),
		v.check(
			({ values, texts }) =>
				new Set([...values, ...texts].map((each) => each.field)).size === values.length + texts.length,
			'a field twice',
		),
	),
	v.strictObject({
		...made,
		kind: v.literal('decision'),
		of: id,
		verdict: v.picklist(['accepted', 'rejected']),
		why,
		changed: v.array(v.strictObject({ field, value: json })),
	}),
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
