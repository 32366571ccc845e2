import { answer } from '../../answers.ts';
import { demandPerson, readCount } from '../../person.ts';

/** Entries purged since a number that the device knows: `?after=`. What it has of them it deletes. */
export const GET = ({ locals, url }) =>
	answer(async () => {
		demandPerson(locals);
		return locals.app.purges.purgedSince(readCount(url, 'after', 0));
	});
