import { answer } from '../../../answers.ts';
import { demandPerson, parseBody, readCount } from '../../../person.ts';
import { filterOf, RowsQuery } from '../../order-body.ts';

/** Rows of an order: `?group=&state=&sample=&offset=&limit=`. */
export const GET = ({ locals, params, url }) =>
	answer(async () =>
		locals.app.orders.rows(
			demandPerson(locals),
			params.id,
			parseBody(filterOf(url), RowsQuery),
			readCount(url, 'offset', 0),
			readCount(url, 'limit', 100),
		),
	);
