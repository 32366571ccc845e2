import * as v from 'valibot';
import { BOARDS } from '#domain/catalogue/review-states.ts';
import { answer } from '../../answers.ts';
import { demandPerson, parseBody, readCount } from '../../person.ts';

/** A page of a board, with how much is on each: `?board=&offset=&limit=`. */
export const GET = ({ locals, url }) =>
	answer(async () => {
		const person = demandPerson(locals);
		const board = parseBody(url.searchParams.get('board'), v.picklist(BOARDS));
		const [page, counts] = await Promise.all([
			locals.app.reviewBoards.page(person, board, readCount(url, 'offset', 0), readCount(url, 'limit', 100)),
			locals.app.reviewBoards.counts(person),
		]);
		return { ...page, counts };
	});
