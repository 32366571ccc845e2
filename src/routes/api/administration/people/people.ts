import { demandAdministrator } from '../../../refusals.ts';

/** The accounts of the archive, and the fonds their rights may name. */
export type People = Awaited<ReturnType<typeof readPeople>>;

/** @throws {Refusal} 'permissions.sign-in' (401) | 'permissions.denied' (403) */
export async function readPeople(locals: App.Locals) {
	const { person } = demandAdministrator(locals, 'people');
	const [people, fonds] = await Promise.all([
		locals.app.administration.people.list(),
		locals.app.catalogue.tree(person, null, 1),
	]);
	return {
		people,
		fonds: fonds.map((row) => ({ id: row.id as string, title: row.title || row.referenceCode || row.id })),
	};
}
