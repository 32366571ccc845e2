import { answer } from '../../answers.ts';
import { demandPerson, readCount } from '../../person.ts';

/** Every fonds, and what holds fonds together: `?offset=&limit=`. */
export const GET = ({ locals, url }) =>
	answer(async () =>
		locals.app.catalogue.fonds(
			demandPerson(locals),
			readCount(url, 'offset', 0),
			readCount(url, 'limit', 100),
		),
	);
