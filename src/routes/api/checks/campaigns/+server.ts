import { answer } from '../../answers.ts';
import { demandIdentity, demandPerson, readBody, readCount } from '../../person.ts';
import { NewBody } from '../check-body.ts';

/** Campaigns, newest first: `?offset=&limit=`. */
export const GET = ({ locals, url }) =>
	answer(async () =>
		locals.app.campaigns.list(
			demandPerson(locals),
			readCount(url, 'offset', 0),
			readCount(url, 'limit', 100),
		),
	);

/** Begins one. */
export const POST = ({ locals, request }) =>
	answer(async () => locals.app.campaigns.create(demandIdentity(locals), await readBody(request, NewBody)));
