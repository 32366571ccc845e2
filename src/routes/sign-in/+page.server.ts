import { redirect } from '@sveltejs/kit';
import { acting, textOf } from '../refusals.ts';
import { passCookies } from '../set-cookies.ts';

/** Where to go on; only to a page of ours. */
function nextOf(url: URL): string {
	const next = URL.parse(url.searchParams.get('next') ?? '/', url.origin);
	return next?.origin === url.origin ? next.pathname + next.search : '/';
}

export const load = ({ locals, url }) => {
	if (locals.identity) redirect(303, nextOf(url));
	return { mustTrust: locals.app.tls.root !== undefined };
};

export const actions = {
	default: async ({ request, locals, cookies, url, getClientAddress }) => {
		const form = await request.formData();
		const refused = await acting(async () => {
			const { setCookie } = await locals.app.permissions.signIn({
				name: textOf(form, 'name'),
				password: textOf(form, 'password'),
				headers: request.headers,
				address: getClientAddress(),
			});
			passCookies(cookies, setCookie);
			return undefined;
		});
		if (refused) return refused;
		redirect(303, nextOf(url));
	},
};
