import { answer } from '../../../../answers.ts';
import { demandPerson, parseBody } from '../../../../person.ts';
import { ListQuery } from '../../../check-body.ts';

/** All findings a filter finds, as a table for spreadsheets. */
export const GET = async ({ locals, params, url }) => {
	try {
		const person = demandPerson(locals);
		const lines = await locals.app.campaigns.csv(
			person,
			params.id,
			parseBody(Object.fromEntries(url.searchParams), ListQuery),
		);
		return new Response(lines, {
			headers: {
				'content-type': 'text/csv; charset=utf-8',
				'content-disposition': `attachment; filename="check-${params.id.slice(0, 40).replace(/[^\w-]/g, '')}.csv"`,
				'cache-control': 'no-store',
			},
		});
	} catch (error) {
		return answer(() => Promise.reject(error as Error));
	}
};
