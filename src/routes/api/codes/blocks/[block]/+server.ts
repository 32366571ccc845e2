import { answer } from '../../../answers.ts';
import { demandIdentity } from '../../../person.ts';

/** Gives a block back. */
export const DELETE = ({ locals, params, url }) =>
	answer(async () =>
		locals.app.codes.giveBack(demandIdentity(locals), params.block, url.searchParams.get('why') ?? ''),
	);
