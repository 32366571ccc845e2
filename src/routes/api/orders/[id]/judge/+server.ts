import { answer } from '../../../answers.ts';
import { demandIdentity, readBody } from '../../../person.ts';
import { JudgeBody } from '../../order-body.ts';

/** Says of rows that they are right, or not to be applied. */
export const POST = ({ locals, params, request }) =>
	answer(async () => {
		const identity = demandIdentity(locals);
		const { which, verdict, why } = await readBody(request, JudgeBody);
		await locals.app.orders.judgeRows(identity, params.id, which, verdict, why);
		return {};
	});
