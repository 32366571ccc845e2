import { answer } from '../../../answers.ts';
import { demandPerson } from '../../../person.ts';

/** The certificate of an order that was carried out. */
export const GET = ({ locals, params }) =>
	answer(async () => locals.app.purges.certificate(demandPerson(locals), params.id));
