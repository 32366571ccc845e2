import { answer } from '../../../answers.ts';
import { demandPerson, readId } from '../../../person.ts';

/** One entry by its row. */
export const GET = ({ locals, params }) =>
	answer(async () => locals.app.catalogue.entry(demandPerson(locals), readId(params.id)));
