import * as v from 'valibot';
import { demand } from '#domain/permissions/permissions.ts';
import { answerWithProgress } from '../../answers.ts';
import { demandIdentity, readBody } from '../../person.ts';

const Asked = v.strictObject({
	objects: v.pipe(v.array(v.pipe(v.string(), v.maxLength(200))), v.minLength(1)),
});

/** Brings damaged objects of the store back from a copy. */
export const POST = async ({ locals, request }) => {
	const { person } = demandIdentity(locals);
	const { objects } = await readBody(request, Asked);
	return answerWithProgress((onProgress, signal) => {
		demand(person, 'administer', { kind: 'store' });
		return locals.app.preservation.repair({
			objects,
			allFailed: false,
			agent: person.id,
			signal,
			onProgress,
		});
	});
};
