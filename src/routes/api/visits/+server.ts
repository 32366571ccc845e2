import * as v from 'valibot';
import { isUuid, type EntryId } from '#domain/base/ids.ts';
import { answer } from '../answers.ts';
import { demandPerson, readBody } from '../person.ts';

const Body = v.strictObject({
	visits: v.pipe(
		v.array(
			v.strictObject({
				entryId: v.pipe(
					v.string(),
					v.check(isUuid),
					v.transform((id) => id as EntryId),
				),
				seq: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
				at: v.pipe(v.string(), v.isoTimestamp()),
			}),
		),
		v.maxLength(500),
	),
});

/** Notes what the person has seen of entries. */
export const POST = ({ locals, request }) =>
	answer(async () => {
		const { visits } = await readBody(request, Body);
		await locals.app.visits.record(demandPerson(locals), visits);
		return {};
	});
