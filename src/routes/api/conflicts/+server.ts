import { answer } from '../answers.ts';
import { demandPerson, parseBody, readCount } from '../person.ts';
import { FilterBody } from './conflict-body.ts';

/** The queue of conflicts, oldest first: the filter as parameters, `&offset=&limit=`. */
export const GET = ({ locals, url }) =>
	answer(async () => {
		const { offset, limit, ...filter } = Object.fromEntries(url.searchParams);
		void [offset, limit];
		return locals.app.conflicts.list(
			demandPerson(locals),
			parseBody(filter, FilterBody),
			readCount(url, 'offset', 0),
			readCount(url, 'limit', 100),
		);
	});
