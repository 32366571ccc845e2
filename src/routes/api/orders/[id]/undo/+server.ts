import * as v from 'valibot';
import { answerWithProgress } from '../../../answers.ts';
import { demandIdentity, readBody } from '../../../person.ts';
import { why } from '../../order-body.ts';

const Body = v.strictObject({ why });

/** Takes an applied order back; lines of progress, then what was given back. */
export const POST = ({ locals, params, request }) => {
	const read = readBody(request, Body);
	return answerWithProgress(async (onProgress, signal) => {
		const given = await read;
		return locals.app.orders.undo(demandIdentity(locals), params.id, given.why, { onProgress, signal });
	});
};
