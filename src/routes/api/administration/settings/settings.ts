import { demandAdministrator } from '../../../refusals.ts';

const DAY_MS = 86_400_000;

/** The settings of the archive, and how old its last backup is. */
export type Settings = Awaited<ReturnType<typeof readSettings>>;

/** @throws {Refusal} 'permissions.sign-in' (401) | 'permissions.denied' (403) */
export async function readSettings(locals: App.Locals) {
	demandAdministrator(locals, 'settings');
	const { settings, backups } = locals.app.administration;
	const last = await backups.last();
	return {
		settings: await settings.all(),
		lastBackup: last && { ...last, ageDays: Math.floor((Date.now() - Date.parse(last.at)) / DAY_MS) },
	};
}
