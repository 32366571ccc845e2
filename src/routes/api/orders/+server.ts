import { answer } from '../answers.ts';
import { demandIdentity, demandPerson, parseBody, readBody, readCount } from '../person.ts';
import { filterOf, ListQuery, OrderBody, ruleOf } from './order-body.ts';

/** Correction orders, newest first: `?show=mine|waiting|all&state=&offset=&limit=`. */
export const GET = ({ locals, url }) =>
	answer(async () =>
		locals.app.orders.list(
			demandPerson(locals),
			parseBody(filterOf(url), ListQuery),
			readCount(url, 'offset', 0),
			readCount(url, 'limit', 100),
		),
	);

/** Makes an order. */
export const POST = ({ locals, request }) =>
	answer(async () => {
		const identity = demandIdentity(locals);
		const { rule, why, isDraft } = await readBody(request, OrderBody);
		const { orders } = locals.app;
		return orders.create(identity, await ruleOf(orders, rule), why, { isDraft });
	});
