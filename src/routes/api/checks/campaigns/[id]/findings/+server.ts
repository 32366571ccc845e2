import { answer } from '../../../../answers.ts';
import { demandPerson, parseBody, readCount } from '../../../../person.ts';
import { ListQuery } from '../../../check-body.ts';

/** Findings: `?rule=&fonds=&severity=&person=&state=open|accepted|all&offset=&limit=`. */
export const GET = ({ locals, params, url }) =>
	answer(async () =>
		locals.app.campaigns.findings(
			demandPerson(locals),
			params.id,
			parseBody(Object.fromEntries(url.searchParams), ListQuery),
			readCount(url, 'offset', 0),
			readCount(url, 'limit', 100),
		),
	);
