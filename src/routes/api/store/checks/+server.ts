import * as v from 'valibot';
import { demand } from '#domain/permissions/permissions.ts';
import { answerWithProgress } from '../../answers.ts';
import { demandIdentity, readBody } from '../../person.ts';

/** Checks the store now: what is due, or everything. At the rate of the schedule, so that editing does not feel it. */
export const POST = async ({ locals, request }) => {
	const { person, via } = demandIdentity(locals);
	const { scope } = await readBody(request, v.strictObject({ scope: v.picklist(['due', 'all']) }));
	return answerWithProgress(async (onProgress, signal) => {
		demand(person, 'verify', { kind: 'store' });
		const { failed: _, ...counts } = await locals.app.preservation.fixity.run({
			isAll: scope === 'all',
			signal,
			onProgress,
			actor: { id: person.id, name: person.name, via },
		});
		return counts;
	});
};
