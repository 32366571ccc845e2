import { json } from '@sveltejs/kit';
import { isRefusal } from '#domain/base/refusal.ts';
import { demandPerson } from '../../person.ts';

/** The missing lists as delimited text: `?fonds=B001&language=zh|en`. */
export const GET = async ({ locals, url }) => {
	try {
		const language = url.searchParams.get('language') === 'en' ? 'en' : 'zh';
		const fonds = url.searchParams.get('fonds') ?? undefined;
		const text = await locals.app.gates.csv(demandPerson(locals), language, fonds);
		return new Response(text, {
			headers: {
				'content-type': 'text/csv; charset=utf-8',
				'content-disposition': 'attachment; filename="gates.csv"',
				'x-content-type-options': 'nosniff',
			},
		});
	} catch (error) {
		if (!isRefusal(error)) throw error;
		return json({ refusal: { code: error.code, params: error.params } }, { status: error.status });
	}
};
