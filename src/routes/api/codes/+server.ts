import { answer } from '../answers.ts';
import { demandPerson, readCount } from '../person.ts';

/** Gaps, duplicates, odd padding and unread codes: `?fonds=&limit=`. */
export const GET = ({ locals, url }) =>
	answer(async () => {
		const fonds = url.searchParams.get('fonds');
		return locals.app.codes.report(demandPerson(locals), {
			...(fonds ? { fondsNumber: fonds } : {}),
			limit: Math.min(readCount(url, 'limit', 500), 5000),
		});
	});
