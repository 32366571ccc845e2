import { answer } from '../../../../answers.ts';
import { demandIdentity, readBody } from '../../../../person.ts';
import { AssignBody } from '../../../check-body.ts';

export const POST = ({ locals, params, request }) =>
	answer(async () =>
		locals.app.campaigns.assign(demandIdentity(locals), params.id, await readBody(request, AssignBody)),
	);
