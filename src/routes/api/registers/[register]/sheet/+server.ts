import { json } from '@sveltejs/kit';
import * as v from 'valibot';
import { isUuid } from '#domain/base/ids.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import { MAX_WHY_LENGTH } from '#domain/collaboration/proposals.ts';
import { answer } from '../../../answers.ts';
import { demandIdentity, demandPerson, readBody } from '../../../person.ts';

const Language = v.optional(v.picklist(['zh', 'en']), 'zh');
const SheetBody = v.strictObject({
	uploadId: v.pipe(v.string(), v.check(isUuid)),
	why: v.optional(v.pipe(v.string(), v.maxLength(MAX_WHY_LENGTH)), ''),
	isTrial: v.optional(v.boolean(), false),
	language: Language,
});

/** A register as delimited text: `?language=zh|en`. */
export const GET = ({ locals, params, url }) => {
	try {
		const language = url.searchParams.get('language') === 'en' ? 'en' : 'zh';
		const text = locals.app.sheets.write(demandPerson(locals), params.register, language);
		return new Response(text, {
			headers: {
				'content-type': 'text/csv; charset=utf-8',
				'content-disposition': `attachment; filename="${params.register}.csv"`,
				'x-content-type-options': 'nosniff',
			},
		});
	} catch (error) {
		if (!isRefusal(error)) throw error;
		return json({ refusal: { code: error.code, params: error.params } }, { status: error.status });
	}
};

/** Reads an upload over the register: a trial, or all of it or nothing. */
export const POST = ({ locals, params, request }) =>
	answer(async () => {
		const identity = demandIdentity(locals);
		const { uploadId, ...options } = await readBody(request, SheetBody);
		return locals.app.sheets.read(identity, params.register, { uploadId }, options);
	});
