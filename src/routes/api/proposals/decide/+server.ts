import * as v from 'valibot';
import type { FieldValue } from '#domain/catalogue/entry.ts';
import { MAX_PROPOSED_CHANGES, MAX_WHY_LENGTH } from '#domain/collaboration/proposals.ts';
import { answer } from '../../answers.ts';
import { demandIdentity, readBody } from '../../person.ts';

const value = v.pipe(
	v.any(),
	v.transform((given) => given as FieldValue),
);

const Body = v.strictObject({
	id: v.pipe(v.string(), v.maxLength(64)),
	verdict: v.picklist(['accepted', 'rejected']),
	why: v.optional(v.pipe(v.string(), v.maxLength(MAX_WHY_LENGTH)), ''),
	changed: v.optional(
		v.pipe(
			v.array(
				v.strictObject({
					field: v.pipe(v.string(), v.maxLength(140)),
					value,
					seen: value,
				}),
			),
			v.maxLength(MAX_PROPOSED_CHANGES),
		),
	),
});

/** Decides one proposal. */
export const POST = ({ locals, request }) =>
	answer(async () => {
		await locals.app.proposals.decide(demandIdentity(locals), await readBody(request, Body));
		return {};
	});
