import * as v from 'valibot';
import { demand } from '#domain/permissions/permissions.ts';
import { answerWithProgress } from '../../answers.ts';
import { demandPerson, readBody } from '../../person.ts';

/** Brings the copies up to date now. */
export const POST = async ({ locals, request }) => {
	const person = demandPerson(locals);
	await readBody(request, v.strictObject({ replicate: v.literal('all') }));
	return answerWithProgress((onProgress, signal) => {
		demand(person, 'administer', { kind: 'store' });
		return locals.app.preservation.copies.replicate({ signal, onProgress });
	});
};
