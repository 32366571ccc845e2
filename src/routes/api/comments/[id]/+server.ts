import { answer } from '../../answers.ts';
import { demandPerson, readId } from '../../person.ts';

/** What is said about an entry, by threads. */
export const GET = ({ locals, params }) =>
	answer(() => locals.app.comments.threads(demandPerson(locals), readId(params.id)));
