import { redirect } from '@sveltejs/kit';
import { acting, demandSession, textOf, textsOf } from '../../refusals.ts';

export const actions = {
	changePassword: async ({ request, locals }) => {
		const form = await request.formData();
		return acting(async () => {
			const { person, sessionId } = demandSession(locals);
			await locals.app.permissions.changePassword(person.id, {
				current: textOf(form, 'current'),
				next: textOf(form, 'next'),
				sessionId,
			});
			return { done: 'passwordChanged' as const };
		});
	},
	endSession: async ({ request, locals }) => {
		const form = await request.formData();
		return acting(async () => {
			const { person } = demandSession(locals);
			await locals.app.permissions.endSession(person.id, textOf(form, 'id'));
			return { done: 'sessionEnded' as const };
		});
	},
	signOutEverywhere: async ({ locals }) => {
		const refused = await acting(async () => {
			const { person } = demandSession(locals);
			await locals.app.permissions.signOutEverywhere(person.id);
			return undefined;
		});
		if (refused) return refused;
		redirect(303, '/sign-in');
	},
	createToken: async ({ request, locals }) => {
		const form = await request.formData();
		return acting(async () => {
			const { person, actor } = demandSession(locals);
			const { token } = await locals.app.administration.people.createToken(
				person.id,
				{
					name: textOf(form, 'name'),
					scopes: textsOf(form, 'scope'),
					days: Number(textOf(form, 'days')),
				},
				actor,
			);
			return { done: 'tokenCreated' as const, token };
		});
	},
	revokeToken: async ({ request, locals }) => {
		const form = await request.formData();
		return acting(async () => {
			const { person, actor } = demandSession(locals);
			await locals.app.administration.people.revokeToken(person.id, textOf(form, 'id'), actor);
			return { done: 'tokenRevoked' as const };
		});
	},
};
