import { answer } from '../../answers.ts';
import { demandPerson } from '../../person.ts';

/** Whom a comment may mention. */
export const GET = ({ locals }) => answer(() => locals.app.comments.people(demandPerson(locals)));
