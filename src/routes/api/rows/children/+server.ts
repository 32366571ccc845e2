import { answer } from '../../answers.ts';
import { demandPerson, readChoice, readCount, readId } from '../../person.ts';

/** Children of an entry, or of the top: `?parent=&offset=&limit=&dates=&sort=date`. */
export const GET = ({ locals, url }) =>
	answer(async () => {
		const parent = url.searchParams.get('parent');
		return locals.app.catalogue.children(
			demandPerson(locals),
			parent ? readId(parent) : null,
			readCount(url, 'offset', 0),
			readCount(url, 'limit', 100),
			readChoice(url),
		);
	});
