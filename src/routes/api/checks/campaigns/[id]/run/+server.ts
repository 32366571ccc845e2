import { answer } from '../../../../answers.ts';
import { demandIdentity } from '../../../../person.ts';

export const POST = ({ locals, params }) =>
	answer(async () => locals.app.campaigns.runAgain(demandIdentity(locals), params.id));
