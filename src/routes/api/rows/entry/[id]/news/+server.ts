import { answer } from '../../../../answers.ts';
import { demandPerson, readCount, readId } from '../../../../person.ts';

/** What others did to an entry since the person was last there, or `?after=<log position>`. */
export const GET = ({ locals, params, url }) =>
	answer(async () =>
		locals.app.visits.news(
			demandPerson(locals),
			readId(params.id),
			url.searchParams.has('after') ? readCount(url, 'after', 0) : undefined,
		),
	);
