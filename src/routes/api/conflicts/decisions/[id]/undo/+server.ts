import { answerWithProgress } from '../../../../answers.ts';
import { demandIdentity } from '../../../../person.ts';

/** Takes a decision back; lines of progress, then what was given back. */
export const POST = ({ locals, params }) =>
	answerWithProgress((onProgress, signal) =>
		locals.app.conflicts.undo(demandIdentity(locals), params.id, { onProgress, signal }),
	);
