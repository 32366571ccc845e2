import { answer } from '../../answers.ts';
import { demandIdentity, readBody } from '../../person.ts';
import { ExceptionBody } from '../check-body.ts';

/** Leaves a finding as it is, with a reason; or no longer. */
export const POST = ({ locals, request }) =>
	answer(async () => {
		const identity = demandIdentity(locals);
		const { reason, isWithdrawn, ...place } = await readBody(request, ExceptionBody);
		const { exceptions } = locals.app;
		if (isWithdrawn) await exceptions.withdraw(identity, place, reason);
		else await exceptions.accept(identity, place, reason);
		return {};
	});
