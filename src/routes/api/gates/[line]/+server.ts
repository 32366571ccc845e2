import { answer } from '../../answers.ts';
import { demandPerson } from '../../person.ts';

/** A line of the register of holdings with its numbers. */
export const GET = ({ locals, params }) =>
	answer(async () => locals.app.gates.line(demandPerson(locals), params.line));
