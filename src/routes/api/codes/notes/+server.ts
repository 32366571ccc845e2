import * as v from 'valibot';
import { answer } from '../../answers.ts';
import { demandIdentity, readBody } from '../../person.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const NoteBody = v.strictObject({
	groupKey: v.pipe(v.string(), v.maxLength(300)),
	from: count,
	to: count,
	why: v.pipe(v.string(), v.maxLength(500)),
});

/** Says why numbers are nobody's. */
export const POST = ({ locals, request }) =>
	answer(async () => {
		const identity = demandIdentity(locals);
		await locals.app.codes.note(identity, await readBody(request, NoteBody));
		return {};
	});
