import { answer } from '../../answers.ts';
import { demandIdentity } from '../../person.ts';
import { readBatch } from '../sync-body.ts';

/** Rules S4 to S7: takes a batch of updates. */
export const POST = ({ locals, request }) =>
	answer(async () => {
		const identity = demandIdentity(locals);
		return locals.app.collaboration.sync.push(await readBatch(request), identity);
	});
