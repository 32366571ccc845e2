import { answer } from '../../../answers.ts';
import { demandPerson } from '../../../person.ts';

/** A record with all its versions. */
export const GET = ({ locals, params }) =>
	answer(async () => locals.app.registerDesk.record(demandPerson(locals), params.register, params.id));
