import * as v from 'valibot';
import { parseEntryId, type EntryId } from '#domain/base/ids.ts';
import { answer } from '../../answers.ts';
import { demandIdentity, demandPerson, readBody, readCount } from '../../person.ts';

const entryId = v.pipe(
	v.string(),
	v.check((id) => parseEntryId(id) !== undefined),
	v.transform((id) => parseEntryId(id) as EntryId),
);
const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(999_999));

const RenumberBody = v.strictObject({
	under: entryId,
	groupKey: v.optional(v.pipe(v.string(), v.maxLength(300))),
	from: v.optional(count),
	step: v.optional(count),
	insertAt: v.optional(count),
	inserted: v.optional(v.pipe(v.array(entryId), v.maxLength(1000))),
	insertCount: v.optional(v.pipe(count, v.maxValue(1000))),
	seen: v.optional(v.pipe(v.string(), v.maxLength(64))),
	/** Left out: nothing is written, and what would change is said. */
	why: v.optional(v.pipe(v.string(), v.maxLength(2000))),
});

/** Renumberings that were begun, newest first: `?offset=&limit=`. */
export const GET = ({ locals, url }) =>
	answer(async () =>
		locals.app.renumbering.list(demandPerson(locals), {
			offset: readCount(url, 'offset', 0),
			limit: Math.min(readCount(url, 'limit', 50), 200),
		}),
	);

/** Says what renumbering would change; with a reason it is done. */
export const POST = ({ locals, request }) =>
	answer(async () => {
		const identity = demandIdentity(locals);
		const { why, ...ask } = await readBody(request, RenumberBody);
		return why === undefined
			? locals.app.renumbering.preview(identity, ask)
			: locals.app.renumbering.carryOut(identity, ask, why);
	});
