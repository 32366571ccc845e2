import * as v from 'valibot';
import type { RegisterContent } from '#domain/catalogue/registers/register.ts';
import { MAX_WHY_LENGTH } from '#domain/collaboration/proposals.ts';
import { answer } from '../../answers.ts';
import { demandIdentity, demandPerson, readBody, readCount } from '../../person.ts';

const SaveBody = v.strictObject({
	changes: v.pipe(
		v.array(
			v.strictObject({
				id: v.optional(v.pipe(v.string(), v.regex(/^[\w.-]{1,64}$/))),
				based: v.pipe(v.number(), v.integer(), v.minValue(0)),
				content: v.pipe(
					v.record(v.string(), v.any()),
					v.transform((content) => content as RegisterContent),
				),
				isWithdrawn: v.optional(v.boolean()),
			}),
		),
		v.minLength(1),
	),
	why: v.optional(v.pipe(v.string(), v.maxLength(MAX_WHY_LENGTH)), ''),
	/** Says what would become of them, and saves nothing. */
	isTrial: v.optional(v.boolean(), false),
});

/** Records of a register: `?find=&withdrawn=no&offset=&limit=`. */
export const GET = ({ locals, params, url }) =>
	answer(async () =>
		locals.app.registerDesk.list(demandPerson(locals), params.register, {
			find: url.searchParams.get('find') ?? '',
			withdrawn: url.searchParams.get('withdrawn') !== 'no',
			offset: readCount(url, 'offset', 0),
			limit: Math.min(readCount(url, 'limit', 100), 1000),
		}),
	);

/** Saves records, all or none; what is wrong with them is in the answer. */
export const POST = ({ locals, params, request }) =>
	answer(async () => {
		const identity = demandIdentity(locals);
		const { changes, why, isTrial } = await readBody(request, SaveBody);
		return locals.app.registerDesk.save(identity, params.register, changes, why, { isTrial });
	});
