import * as v from 'valibot';
import { answer } from '../../answers.ts';
import { demandIdentity, readBody } from '../../person.ts';
import { DecisionBody } from '../conflict-body.ts';

/** What a decision would do; nothing is written. */
export const POST = ({ locals, request }) =>
	answer(async () => {
		const identity = demandIdentity(locals);
		const { filter, choice } = await readBody(request, v.omit(DecisionBody, ['why']));
		return locals.app.conflicts.preview(identity, filter, choice);
	});
