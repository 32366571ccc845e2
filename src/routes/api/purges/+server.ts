import * as v from 'valibot';
import { PURGE_GROUNDS, PURGE_STATES } from '#domain/administration/purge.ts';
import { answer } from '../answers.ts';
import { demandIdentity, demandPerson, parseBody, readBody, readId } from '../person.ts';

const Query = v.object({ state: v.optional(v.picklist(PURGE_STATES)) });
const Body = v.object({
	entries: v.pipe(v.array(v.string()), v.minLength(1)),
	ground: v.picklist(PURGE_GROUNDS),
	why: v.string(),
	below: v.boolean(),
	keepsCode: v.boolean(),
});

/** Orders to purge, newest first: `?state=`. */
export const GET = ({ locals, url }) =>
	answer(async () => {
		const person = demandPerson(locals);
		const { state } = parseBody({ state: url.searchParams.get('state') ?? undefined }, Query);
		return { orders: await locals.app.purges.list(person, state) };
	});

/** Proposes an order. */
export const POST = ({ locals, request }) =>
	answer(async () => {
		const identity = demandIdentity(locals);
		const { entries, ...proposal } = await readBody(request, Body);
		return locals.app.purges.propose(identity, { ...proposal, entries: entries.map(readId) });
	});
