import * as v from 'valibot';
import { answer } from '../../answers.ts';
import { demandPerson, readBody } from '../../person.ts';

const Body = v.strictObject({
	ids: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(140))), v.maxLength(500))),
});

/** Marks notices as read; all of them without ids. */
export const POST = ({ locals, request }) =>
	answer(async () => {
		const { ids } = await readBody(request, Body);
		await locals.app.comments.markRead(demandPerson(locals), ids);
		return {};
	});
