import * as v from 'valibot';
import { demand } from '#domain/permissions/permissions.ts';
import { answer, answerWithProgress } from '../answers.ts';
import { demandPerson, readBody } from '../person.ts';
import { storeReport } from './store-report.ts';

/** How the archival store is, what lies in it and what does not yet. */
export const GET = ({ locals }) => answer(() => storeReport(locals.app, demandPerson(locals)));

/** Brings all that waits into the store, with progress; then how it is. */
export const POST = async ({ locals, request }) => {
	const person = demandPerson(locals);
	await readBody(request, v.strictObject({ deposit: v.literal('all') }));
	return answerWithProgress(async (onProgress) => {
		demand(person, 'verify', { kind: 'store' });
		const { preservation } = locals.app;
		const total = preservation.status().waiting;
		const timer = setInterval(() => onProgress({ waiting: preservation.status().waiting, total }), 500);
		try {
			await preservation.flush('demand');
		} finally {
			clearInterval(timer);
		}
		return storeReport(locals.app, person);
	});
};
