import * as v from 'valibot';
import { answerWithProgress } from '../../../answers.ts';
import { demandIdentity, readBody } from '../../../person.ts';
import { why } from '../../order-body.ts';

const Body = v.strictObject({ verdict: v.picklist(['approve', 'reject']), why });

/** Rejects an order, or applies what is not rejected of it; lines of progress, then what was done. */
export const POST = ({ locals, params, request }) => {
	const read = readBody(request, Body);
	return answerWithProgress(async (onProgress, signal) => {
		const given = await read;
		return locals.app.orders.decide(demandIdentity(locals), params.id, given.verdict, given.why, {
			onProgress,
			signal,
		});
	});
};
