import { answer } from '../../../answers.ts';
import { demandIdentity } from '../../../person.ts';

/** Withdraws an order of one’s own that nobody has decided. */
export const POST = ({ locals, params }) =>
	answer(async () => {
		await locals.app.orders.withdraw(demandIdentity(locals), params.id);
		return {};
	});
