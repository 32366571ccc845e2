import { answer } from '../../../answers.ts';
import { demandPerson } from '../../../person.ts';

/** Every place that holds what an order would remove. */
export const GET = ({ locals, params }) =>
	answer(async () => locals.app.purges.preview(demandPerson(locals), params.id));
