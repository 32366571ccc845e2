import * as v from 'valibot';
import { MAX_WHY_LENGTH } from '#domain/collaboration/proposals.ts';
import { answer } from '../../../../answers.ts';
import { demandIdentity, readBody } from '../../../../person.ts';

const UndoBody = v.strictObject({
	mergeId: v.pipe(v.string(), v.uuid()),
	why: v.optional(v.pipe(v.string(), v.maxLength(MAX_WHY_LENGTH)), ''),
});

/** Takes a merge of authorities back, all of it. */
export const POST = ({ locals, request }) =>
	answer(async () => {
		const identity = demandIdentity(locals);
		return locals.app.authorities.undoMerge(identity, await readBody(request, UndoBody));
	});
