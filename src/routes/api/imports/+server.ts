import { Refusal } from '#domain/base/refusal.ts';
import { answer, answerWithProgress } from '../answers.ts';
import { demandPerson, readBody } from '../person.ts';
import { ImportBody } from './import-body.ts';

/** Accepted and undone imports, newest first. */
export const GET = ({ locals }) => answer(() => locals.app.importDesk.list(demandPerson(locals)));

/** Reads an uploaded file into the catalogue; lines of progress, then the report. */
export const POST = async ({ locals, request }) => {
	const read = await readBody(request, ImportBody).catch((error: unknown) => error);
	return answerWithProgress(async (onProgress, signal) => {
		if (read instanceof Error) throw read;
		if (!locals.identity) throw new Refusal('permissions.sign-in', {}, 401);
		return locals.app.importDesk.run(locals.identity, read as ImportBody, { onProgress, signal });
	});
};
