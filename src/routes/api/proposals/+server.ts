import * as v from 'valibot';
import { isUuid, type EntryId } from '#domain/base/ids.ts';
import { answer } from '../answers.ts';
import { demandPerson, parseBody } from '../person.ts';

const Filter = v.strictObject({
	entryId: v.optional(
		v.pipe(
			v.string(),
			v.check(isUuid),
			v.transform((id) => id as EntryId),
		),
	),
	state: v.optional(v.picklist(['open', 'accepted', 'rejected', 'withdrawn'])),
});

/** Proposals, the newest first: `?entryId=&state=`. */
export const GET = ({ locals, url }) =>
	answer(async () =>
		locals.app.proposals.list(demandPerson(locals), parseBody(Object.fromEntries(url.searchParams), Filter)),
	);
