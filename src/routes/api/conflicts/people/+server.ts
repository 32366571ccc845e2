import { answer } from '../../answers.ts';
import { demandPerson } from '../../person.ts';

/** Who set values that stand in conflict. */
export const GET = ({ locals }) => answer(async () => locals.app.conflicts.people(demandPerson(locals)));
