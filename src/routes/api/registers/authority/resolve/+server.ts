import * as v from 'valibot';
import { MAX_WHY_LENGTH } from '#domain/collaboration/proposals.ts';
import { answer } from '../../../answers.ts';
import { demandIdentity, readBody } from '../../../person.ts';

const day = v.optional(v.pipe(v.string(), v.maxLength(10)));
const ResolveBody = v.strictObject({
	text: v.pipe(v.string(), v.maxLength(200)),
	from: day,
	to: day,
	authorityId: v.pipe(v.string(), v.regex(/^[\w.-]{1,64}$/)),
	why: v.optional(v.pipe(v.string(), v.maxLength(MAX_WHY_LENGTH)), ''),
	isPreview: v.optional(v.boolean(), false),
});

/** One decision about a short form: what it would repair, or the form on the list and one order for all rows. */
export const POST = ({ locals, request }) =>
	answer(async () => {
		const identity = demandIdentity(locals);
		const { text, from, to, authorityId, ...options } = await readBody(request, ResolveBody);
		const decision = {
			text: text.trim(),
			authorityId,
			...(from ? { from } : {}),
			...(to ? { to } : {}),
		};
		return locals.app.resolve.resolve(identity, decision, options);
	});
