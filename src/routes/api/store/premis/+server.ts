import { demand } from '#domain/permissions/permissions.ts';
import { answer } from '../../answers.ts';
import { demandPerson } from '../../person.ts';

/** An object of the store in PREMIS 3: `?object=<id of the object or entry>`. */
export const GET = async ({ locals, url }) => {
	let xml = '';
	const refused = await answer(async () => {
		demand(demandPerson(locals), 'verify', { kind: 'store' });
		xml = await locals.app.preservation.fixity.premis((url.searchParams.get('object') ?? '').slice(0, 200));
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
