import { answer } from '../../answers.ts';
import { demandIdentity } from '../../person.ts';
import { readBatch } from '../sync-body.ts';

/** Rule S8: takes whole states of documents after a restore. */
export const POST = ({ locals, request }) =>
	answer(async () => {
		const identity = demandIdentity(locals);
		return locals.app.collaboration.sync.recover(await readBatch(request), identity);
	});
