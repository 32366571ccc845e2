import { answer } from '../../../answers.ts';
import { demandPerson } from '../../../person.ts';

/** The list a device keeps for typing: `?known=EDITION`. */
export const GET = ({ locals, url }) =>
	answer(() =>
		locals.app.authorities.pickList(demandPerson(locals), url.searchParams.get('known') ?? undefined),
	);
