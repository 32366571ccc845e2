import { Refusal } from '#domain/base/refusal.ts';
import { answerWithProgress } from '../../answers.ts';
import { readBody } from '../../person.ts';
import { ImportBody } from '../import-body.ts';

/** Reads an uploaded file without writing anything; lines of progress, then the report. */
export const POST = async ({ locals, request }) => {
	const read = await readBody(request, ImportBody).catch((error: unknown) => error);
	return answerWithProgress(async (onProgress, signal) => {
		if (read instanceof Error) throw read;
		if (!locals.identity) throw new Refusal('permissions.sign-in', {}, 401);
		return locals.app.importDesk.dryRun(locals.identity, read as ImportBody, { onProgress, signal });
	});
};
