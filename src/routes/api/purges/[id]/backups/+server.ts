import * as v from 'valibot';
import { answer } from '../../../answers.ts';
import { demandIdentity, readBody } from '../../../person.ts';

/** Says that a backup was destroyed. */
export const POST = ({ locals, params, request }) =>
	answer(async () => {
		const identity = demandIdentity(locals);
		const { file } = await readBody(request, v.object({ file: v.string() }));
		return locals.app.purges.tickBackup(identity, params.id, file);
	});
