import { answer } from '../../answers.ts';
import { demandPerson } from '../../person.ts';

/** The entries that have a code or had it before: `?code=`. */
export const GET = ({ locals, url }) =>
	answer(async () => ({
		entries: await locals.app.codes.resolve(demandPerson(locals), url.searchParams.get('code') ?? ''),
	}));
