import * as v from 'valibot';
import { PushBatch, readBatch } from '#sync/sync-messages.ts';
import { answer } from '../../answers.ts';
import { demandIdentity, readBody } from '../../person.ts';

/** Rules S4 to S7: takes a batch of updates. */
export const POST = ({ locals, request }) =>
	answer(async () => {
		const identity = demandIdentity(locals);
		const batch = readBatch(await readBody(request, v.unknown()), PushBatch);
		return locals.app.collaboration.sync.push(batch, identity);
	});
