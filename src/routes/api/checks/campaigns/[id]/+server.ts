import { answer } from '../../../answers.ts';
import { demandPerson } from '../../../person.ts';

export const GET = ({ locals, params }) =>
	answer(async () => locals.app.campaigns.show(demandPerson(locals), params.id));
