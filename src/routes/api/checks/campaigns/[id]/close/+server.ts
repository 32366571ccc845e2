import { answer } from '../../../../answers.ts';
import { demandIdentity } from '../../../../person.ts';

export const POST = ({ locals, params }) =>
	answer(async () => locals.app.campaigns.close(demandIdentity(locals), params.id));
