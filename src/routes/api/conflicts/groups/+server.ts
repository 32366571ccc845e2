import { answer } from '../../answers.ts';
import { demandPerson, parseBody } from '../../person.ts';
import { FilterBody } from '../conflict-body.ts';

/** Alike conflicts, the largest group first: the filter as parameters. */
export const GET = ({ locals, url }) =>
	answer(async () =>
		locals.app.conflicts.groups(
			demandPerson(locals),
			parseBody(Object.fromEntries(url.searchParams), FilterBody),
		),
	);
