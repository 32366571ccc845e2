import { answer } from '../../../answers.ts';
import { demandPerson, readCount } from '../../../person.ts';

/** Whom what was typed can mean: `?q=&day=&limit=`. */
export const GET = ({ locals, url }) =>
	answer(async () => {
		const day = url.searchParams.get('day');
		const found = await locals.app.authorities.suggest(
			demandPerson(locals),
			url.searchParams.get('q') ?? '',
			{ limit: Math.min(readCount(url, 'limit', 12), 50), ...(day ? { day } : {}) },
		);
		return { found };
	});
