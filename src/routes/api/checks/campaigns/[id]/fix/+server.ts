import { answerWithProgress } from '../../../../answers.ts';
import { demandIdentity, readBody } from '../../../../person.ts';
import { FixBody } from '../../../check-body.ts';

/** Takes all suggestions that a filter finds, says what that would do, or takes it back; lines of progress, then the outcome. */
export const POST = ({ locals, params, request }) => {
	const read = readBody(request, FixBody);
	return answerWithProgress(async (onProgress, signal) => {
		const { filter, why, isPreview, undo } = await read;
		const identity = demandIdentity(locals);
		const { fixes } = locals.app;
		if (isPreview) return fixes.preview(identity, params.id, filter, { onProgress, signal });
		if (undo !== undefined) return fixes.undo(identity, params.id, undo, { onProgress, signal });
		return fixes.apply(identity, params.id, filter, why, { onProgress, signal });
	});
};
