import { answer } from '../../../../answers.ts';
import { demandIdentity } from '../../../../person.ts';

export const POST = ({ locals, params }) =>
	answer(async () => locals.app.campaigns.cancel(demandIdentity(locals), params.id));
