import { answer } from '../../answers.ts';
import { demandPerson, readChoice, readCount } from '../../person.ts';

/** Entries in whose words the query occurs: `?q=&offset=&limit=&dates=&sort=date`. */
export const GET = ({ locals, url }) =>
	answer(async () =>
		locals.app.catalogue.search(
			demandPerson(locals),
			(url.searchParams.get('q') ?? '').slice(0, 500),
			readCount(url, 'offset', 0),
			readCount(url, 'limit', 100),
			readChoice(url),
		),
	);
