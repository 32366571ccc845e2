import * as v from 'valibot';
import { parseEntryId, type EntryId } from '#domain/base/ids.ts';
import { answer } from '../../answers.ts';
import { demandIdentity, demandPerson, readBody } from '../../person.ts';

const BlockBody = v.strictObject({
	/** An entry of the group. */
	like: v.pipe(
		v.string(),
		v.check((id) => parseEntryId(id) !== undefined),
		v.transform((id) => parseEntryId(id) as EntryId),
	),
	count: v.pipe(v.number(), v.integer(), v.minValue(1)),
	why: v.optional(v.pipe(v.string(), v.maxLength(500)), ''),
});

/** Keeps numbers for a device that goes offline. */
export const POST = ({ locals, request }) =>
	answer(async () => {
		const identity = demandIdentity(locals);
		const { like, count, why } = await readBody(request, BlockBody);
		return locals.app.codes.reserve(identity, like, count, why);
	});

/** The person's blocks that were not given back. */
export const GET = ({ locals }) =>
	answer(async () => ({ blocks: await locals.app.codes.blocks(demandPerson(locals)) }));
