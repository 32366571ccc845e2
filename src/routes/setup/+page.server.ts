import { redirect } from '@sveltejs/kit';
import { Refusal } from '#domain/base/refusal.ts';
import { acting, textOf } from '../refusals.ts';
import { passCookies } from '../set-cookies.ts';

export const actions = {
	default: async ({ request, locals, cookies, getClientAddress }) => {
		const form = await request.formData();
		const refused = await acting(async () => {
			const holdings = textOf(form, 'holdings');
			if (holdings !== 'empty' && holdings !== 'tiny')
				throw new Refusal('server.bad-request', { field: 'holdings' });
			const name = textOf(form, 'adminName');
			const password = textOf(form, 'password');
			await locals.app.administration.setUp({
				archiveName: textOf(form, 'archiveName'),
				archiveCode: textOf(form, 'archiveCode'),
				adminName: name,
				password,
				holdings,
			});
			const { setCookie } = await locals.app.permissions.signIn({
				name,
				password,
				headers: request.headers,
				address: getClientAddress(),
			});
			passCookies(cookies, setCookie);
			return undefined;
		});
		if (refused) return refused;
		redirect(303, '/');
	},
};
