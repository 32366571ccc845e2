import { Refusal } from '#domain/base/refusal.ts';
import type { Role } from '#domain/permissions/permissions.ts';
import { acting, demandAdministrator, textOf, textsOf } from '../../../refusals.ts';

/**
 * The rights a form describes; what they may be is checked where they are kept. All fonds only when it says so: a form
 * that says nothing must not give everything.
 * @throws {Refusal} 'server.bad-request' naming the field
 */
function rightsOf(form: FormData): { role: Role; fonds: string[] | null; accessStatuses: string[] | null } {
	const limit = textOf(form, 'fondsLimit');
	if (limit !== 'all' && limit !== 'listed') throw new Refusal('server.bad-request', { field: 'fondsLimit' });
	const statuses = textsOf(form, 'accessStatus');
	return {
		role: textOf(form, 'role') as Role,
		fonds: limit === 'listed' ? textsOf(form, 'fonds') : null,
		accessStatuses: statuses.length > 0 ? statuses : null,
	};
}

export const actions = {
	add: async ({ request, locals }) => {
		const form = await request.formData();
		return acting(async () => {
			const { actor } = demandAdministrator(locals, 'people');
			const name = textOf(form, 'name');
			await locals.app.administration.people.add(
				{ name, password: textOf(form, 'password'), ...rightsOf(form) },
				actor,
			);
			return { done: 'added' as const, name };
		});
	},
	update: async ({ request, locals }) => {
		const form = await request.formData();
		return acting(async () => {
			const { actor } = demandAdministrator(locals, 'people');
			await locals.app.administration.people.update(textOf(form, 'id'), rightsOf(form), actor);
			return { done: 'updated' as const };
		});
	},
	setDisabled: async ({ request, locals }) => {
		const form = await request.formData();
		return acting(async () => {
			const { actor } = demandAdministrator(locals, 'people');
			const isDisabled = textOf(form, 'disabled') === 'true';
			await locals.app.administration.people.setDisabled(textOf(form, 'id'), isDisabled, actor);
			return { done: isDisabled ? ('disabled' as const) : ('enabled' as const) };
		});
	},
	resetPassword: async ({ request, locals }) => {
		const form = await request.formData();
		return acting(async () => {
			const { actor } = demandAdministrator(locals, 'people');
			await locals.app.administration.people.resetPassword(
				textOf(form, 'id'),
				textOf(form, 'password'),
				actor,
			);
			return { done: 'passwordReset' as const };
		});
	},
	signOutEverywhere: async ({ request, locals }) => {
		const form = await request.formData();
		return acting(async () => {
			const { actor } = demandAdministrator(locals, 'people');
			await locals.app.administration.people.signOutEverywhere(textOf(form, 'id'), actor);
			return { done: 'signedOut' as const };
		});
	},
};
