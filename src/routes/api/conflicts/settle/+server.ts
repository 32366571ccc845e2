import { answerWithProgress } from '../../answers.ts';
import { demandIdentity, readBody } from '../../person.ts';
import { DecisionBody } from '../conflict-body.ts';

/** Carries a decision out; lines of progress, then what was done. */
export const POST = async ({ locals, request }) => {
	const read = readBody(request, DecisionBody);
	return answerWithProgress(async (onProgress, signal) =>
		locals.app.conflicts.settle(demandIdentity(locals), await read, { onProgress, signal }),
	);
};
