import type { EntryRow } from '#domain/catalogue/rows.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { demandAdministrator } from '../../../refusals.ts';

/** The accounts of the archive, and the fonds their rights may name. */
export type People = Awaited<ReturnType<typeof readPeople>>;

/** @throws {Refusal} 'permissions.sign-in' (401) | 'permissions.denied' (403) */
export async function readPeople(locals: App.Locals) {
	const { person } = demandAdministrator(locals, 'people');
	const [people, fonds] = await Promise.all([
		locals.app.administration.people.list(),
		allFonds(locals, person),
	]);
	return {
		people,
		fonds: fonds.map((row) => ({ id: row.id as string, title: row.title || row.referenceCode || row.id })),
	};
}

/** All: a right that is not offered would be lost when the form is saved. */
async function allFonds(locals: App.Locals, person: Person): Promise<readonly EntryRow[]> {
	const found: EntryRow[] = [];
	for (;;) {
		const page = await locals.app.catalogue.fonds(person, found.length, 1000);
		found.push(...page.rows);
		if (page.rows.length === 0 || found.length >= page.total) return found;
	}
}
