import { demandPerson } from '../person.ts';
import { answer } from '../answers.ts';

/** Who is signed in, and which archive this is. */
export const GET = ({ locals }) =>
	answer(async () => {
		const person = demandPerson(locals);
		const [settings, synthetic] = await Promise.all([
			locals.app.administration.settings.all(),
			locals.app.catalogue.hasSynthetic(),
		]);
		return {
			me: { id: person.id, name: person.name, role: person.role, language: locals.language },
			archive: { name: settings['archive.name'], code: settings['archive.code'], synthetic },
		};
	});
