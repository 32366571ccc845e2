import { json } from '@sveltejs/kit';
import * as v from 'valibot';
import { isRefusal } from '#domain/base/refusal.ts';
import { must } from '#domain/base/assert.ts';
import { readBody } from '../person.ts';

const Given = v.object({
	name: v.pipe(v.string(), v.maxLength(200)),
	password: v.pipe(v.string(), v.maxLength(1000)),
});

/** Signs in where one is: a page whose session ended goes on with what it shows and what it has not sent. */
export const POST = async ({ locals, request, getClientAddress }) => {
	try {
		const { name, password } = await readBody(request, Given);
		const { permissions } = locals.app;
		const { setCookie } = await permissions.signIn({
			name,
			password,
			headers: request.headers,
			address: getClientAddress(),
		});
		const { id, name: itsName } = must(await permissions.personByName(name), 'who signed in is there');
		// Who it is now: a page may hold the unsent work of somebody else.
		const response = json({ id, name: itsName }, { headers: { 'cache-control': 'no-store' } });
		for (const cookie of setCookie) response.headers.append('set-cookie', cookie);
		return response;
	} catch (error) {
		if (!isRefusal(error)) throw error;
		return json({ refusal: { code: error.code, params: error.params } }, { status: error.status });
	}
};
