import { acting, demandAdministrator, loading, textOf } from '../../../refusals.ts';

export const load = ({ locals }) =>
	loading(async () => {
		demandAdministrator(locals, 'settings');
		const { settings, backups } = locals.app.administration;
		const last = await backups.last();
		return {
			settings: await settings.all(),
			lastBackup: last && {
				...last,
				ageDays: Math.floor((Date.now() - Date.parse(last.at)) / (24 * 60 * 60 * 1000)),
			},
		};
	});

export const actions = {
	default: async ({ request, locals }) => {
		const form = await request.formData();
		return acting(async () => {
			const { actor } = demandAdministrator(locals, 'settings');
			await locals.app.administration.settings.change(
				{
					'archive.name': textOf(form, 'archiveName'),
					'archive.code': textOf(form, 'archiveCode'),
					'deposit.idleSeconds': Number(textOf(form, 'idleSeconds')),
				},
				actor,
			);
			return { done: 'saved' as const };
		});
	},
};
