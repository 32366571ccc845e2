import { answer } from '../../answers.ts';
import { demandPerson } from '../../person.ts';

/** An order by id or number, without its rows. */
export const GET = ({ locals, params }) =>
	answer(async () => locals.app.orders.show(demandPerson(locals), params.id));
