import * as v from 'valibot';
import { isUuid, type EntryId } from '#domain/base/ids.ts';
import { answer } from '../answers.ts';
import { demandPerson, parseBody, readCount } from '../person.ts';

const Filter = v.strictObject({
	person: v.optional(v.pipe(v.string(), v.maxLength(200))),
	fonds: v.optional(
		v.pipe(
			v.string(),
			v.check(isUuid),
			v.transform((id) => id as EntryId),
		),
	),
});

/** What happened in the entries the person works with, newest first: `?person=&fonds=&before=<log position>`. */
export const GET = ({ locals, url }) =>
	answer(async () => {
		const { before: _, ...given } = Object.fromEntries(url.searchParams);
		const { person, fonds } = parseBody(given, Filter);
		const before = readCount(url, 'before', 0);
		return locals.app.visits.activity(demandPerson(locals), {
			actorId: person,
			fondsId: fonds,
			before: before === 0 ? undefined : before,
		});
	});
