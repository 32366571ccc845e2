import * as v from 'valibot';
import { MAX_WHY_LENGTH } from '#domain/collaboration/proposals.ts';
import { answer } from '../../../answers.ts';
import { demandIdentity, readBody } from '../../../person.ts';

const id = v.pipe(v.string(), v.regex(/^[\w.-]{1,64}$/));
const MergeBody = v.strictObject({
	keep: id,
	drop: id,
	why: v.optional(v.pipe(v.string(), v.maxLength(MAX_WHY_LENGTH)), ''),
	isTrial: v.optional(v.boolean(), false),
});

/** Makes two authorities one, or shows what that would do. */
export const POST = ({ locals, request }) =>
	answer(async () => {
		const identity = demandIdentity(locals);
		return locals.app.authorities.merge(identity, await readBody(request, MergeBody));
	});
