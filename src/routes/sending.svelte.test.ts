import type { SubmitFunction } from '@sveltejs/kit';
import { expect, it, onTestFinished } from 'vitest';
import { askAs } from '#client/requests.ts';
import { PERSON_HEADER } from '#sync/person-header.ts';
import { sending } from './sending.ts';

type Sent = Parameters<SubmitFunction>[0];
type Answered = Exclude<Awaited<ReturnType<SubmitFunction>>, void>;

/** Sends a form. @returns the address it goes to, and whether the page is told of the answer */
async function send(location: string): Promise<{ address: string; isTold: boolean }> {
	const action = new URL('http://archive.test/account?/createToken');
	const answered = (await sending()({ action } as Sent)) as Answered;
	let isTold = false;
	await answered({
		result: { type: 'redirect', status: 303, location },
		update: () => Promise.resolve(void (isTold = true)),
	} as unknown as Parameters<Answered>[0]);
	return { address: action.search, isTold };
}

it('a form says whose it is, and stays filled in when somebody else is signed in', async () => {
	onTestFinished(() => askAs(undefined));
	expect(await send('/sign-in')).toEqual({ address: '?/createToken', isTold: true });
	askAs('person-1');
	expect(await send('/sign-in?next=%2Faccount')).toEqual({
		address: `?%2FcreateToken=&${PERSON_HEADER}=person-1`,
		isTold: false,
	});
});
