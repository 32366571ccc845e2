import { answer } from '../../../answers.ts';
import { demandIdentity, demandPerson } from '../../../person.ts';

/** What a renumbering changed, and what is to be done for it on paper. */
export const GET = ({ locals, params }) =>
	answer(async () => locals.app.renumbering.show(demandPerson(locals), params.batch));

/** Takes a renumbering back that was done at once. */
export const DELETE = ({ locals, params }) =>
	answer(async () => locals.app.renumbering.undo(demandIdentity(locals), params.batch));
