import { answer } from '../../../../answers.ts';
import { demandPerson, readCount, readId } from '../../../../person.ts';

/** What happened to an entry, newest first: `?before=<log position>`. */
export const GET = ({ locals, params, url }) =>
	answer(async () => {
		const before = readCount(url, 'before', 0);
		return locals.app.catalogue.timeline(
			demandPerson(locals),
			readId(params.id),
			before === 0 ? undefined : before,
		);
	});
