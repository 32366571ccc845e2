import { answer } from '../../answers.ts';
import { demandPerson } from '../../person.ts';

/** Decisions over conflicts, newest first. */
export const GET = ({ locals }) => answer(async () => locals.app.conflicts.decisions(demandPerson(locals)));
