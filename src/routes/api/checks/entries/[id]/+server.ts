import { answer } from '../../../answers.ts';
import { demandPerson, readId } from '../../../person.ts';

/** What a card needs to check its entry while it is typed, and what only shows across entries. */
export const GET = ({ locals, params }) =>
	answer(async () => locals.app.checks.card(demandPerson(locals), readId(params.id)));
