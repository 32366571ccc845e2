import { demand } from '#domain/permissions/permissions.ts';
import { answer } from '../../answers.ts';
import { demandPerson } from '../../person.ts';

/** An object of the store in PREMIS 3: `?object=<id of the object or entry>`. */
export const GET = async ({ locals, url }) => {
	let xml = '';
	const refused = await answer(async () => {
		const person = demandPerson(locals);
		demand(person, 'verify', { kind: 'store' });
		const object = (url.searchParams.get('object') ?? '').slice(0, 200);
		xml = await locals.app.preservation.fixity.premis(object, person.fonds);
	});
	if (!refused.ok) return refused;
	return new Response(xml, {
		headers: {
			'content-type': 'application/xml; charset=utf-8',
			'content-disposition': 'attachment; filename="premis.xml"',
			'cache-control': 'no-store',
		},
	});
};
