import { acting, demandAdministrator, textOf } from '../../../refusals.ts';

export const actions = {
	default: async ({ request, locals }) => {
		const form = await request.formData();
		return acting(async () => {
			const { actor } = demandAdministrator(locals, 'settings');
			await locals.app.administration.settings.change(
				{
					'archive.name': textOf(form, 'archiveName'),
					'archive.code': textOf(form, 'archiveCode'),
					'registration.errorsBlock': form.get('errorsBlock') !== null,
					'deposit.idleSeconds': Number(textOf(form, 'idleSeconds')),
					'fixity.everyDays': Number(textOf(form, 'fixityEveryDays')),
					'fixity.megabytesPerSecond': Number(textOf(form, 'fixityMegabytesPerSecond')),
				},
				actor,
			);
			return { done: 'saved' as const };
		});
	},
};
