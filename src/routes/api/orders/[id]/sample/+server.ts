import * as v from 'valibot';
import { answer } from '../../../answers.ts';
import { demandIdentity, readBody } from '../../../person.ts';

const Body = v.strictObject({ size: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))) });

/** Draws rows at random to be looked at; 5 % without a size. */
export const POST = ({ locals, params, request }) =>
	answer(async () => {
		const identity = demandIdentity(locals);
		const { size } = await readBody(request, Body);
		return locals.app.orders.sample(identity, params.id, size);
	});
