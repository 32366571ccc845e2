import * as v from 'valibot';
import { answer } from '../../answers.ts';
import { demandIdentity, readBody } from '../../person.ts';
import { RuleBody, ruleOf } from '../order-body.ts';

/** What an order would do; nothing is written. */
export const POST = ({ locals, request }) =>
	answer(async () => {
		const identity = demandIdentity(locals);
		const { rule } = await readBody(request, v.strictObject({ rule: RuleBody }));
		const { orders } = locals.app;
		return orders.preview(identity, await ruleOf(orders, rule));
	});
