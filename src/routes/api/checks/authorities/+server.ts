import { answer } from '../../answers.ts';
import { demandPerson } from '../../person.ts';

/** The authorities that names are looked up among while they are typed. */
export const GET = ({ locals }) => answer(async () => locals.app.checks.authorities(demandPerson(locals)));
