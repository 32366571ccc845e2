import { answer } from '../../../answers.ts';
import { demandIdentity } from '../../../person.ts';

/** Takes a renumbering back that was done at once. */
export const DELETE = ({ locals, params }) =>
	answer(async () => locals.app.renumbering.undo(demandIdentity(locals), params.batch));
