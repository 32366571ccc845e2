import { answer } from '../answers.ts';
import { demandPerson } from '../person.ts';

/** What the person is told, the newest first. */
export const GET = ({ locals }) => answer(() => locals.app.comments.notices(demandPerson(locals)));
