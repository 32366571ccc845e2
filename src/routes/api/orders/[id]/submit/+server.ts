import { answer } from '../../../answers.ts';
import { demandIdentity } from '../../../person.ts';

/** Puts a draft before the others. */
export const POST = ({ locals, params }) =>
	answer(async () => {
		await locals.app.orders.submit(demandIdentity(locals), params.id);
		return {};
	});
