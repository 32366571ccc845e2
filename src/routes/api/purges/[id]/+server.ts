import * as v from 'valibot';
import { answer } from '../../answers.ts';
import { demandIdentity, demandPerson, readBody } from '../../person.ts';

const Body = v.variant('action', [
	v.object({ action: v.literal('approve'), number: v.string(), why: v.string() }),
	v.object({ action: v.literal('reject'), why: v.string() }),
	v.object({ action: v.literal('withdraw') }),
]);

/** An order by id or number, and how far it is. */
export const GET = ({ locals, params }) =>
	answer(async () => locals.app.purges.show(demandPerson(locals), params.id));

/** Approves, rejects or withdraws it. */
export const POST = ({ locals, params, request }) =>
	answer(async () => {
		const identity = demandIdentity(locals);
		const body = await readBody(request, Body);
		const { purges } = locals.app;
		if (body.action === 'approve') return purges.approve(identity, params.id, body.number, body.why);
		if (body.action === 'reject') return purges.reject(identity, params.id, body.why);
		return purges.withdraw(identity, params.id);
	});
