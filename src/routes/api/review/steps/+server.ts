import * as v from 'valibot';
import { isUuid, type EntryId } from '#domain/base/ids.ts';
import { MAX_STEP_WHY, REVIEW_STEPS } from '#domain/catalogue/review-states.ts';
import { answerWithProgress } from '../../answers.ts';
import { demandIdentity, readBody } from '../../person.ts';

/** Entries named one by one in one request at most. */
const MAX_ENTRIES = 10_000;

const entryId = v.pipe(
	v.string(),
	v.check(isUuid),
	v.transform((id) => id as EntryId),
);

const Body = v.strictObject({
	step: v.picklist(REVIEW_STEPS),
	targets: v.union([
		v.strictObject({
			entries: v.pipe(
				v.array(
					v.strictObject({
						id: entryId,
						seen: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
					}),
				),
				v.minLength(1),
				v.maxLength(MAX_ENTRIES),
			),
		}),
		v.strictObject({ under: v.pipe(v.array(entryId), v.minLength(1), v.maxLength(MAX_ENTRIES)) }),
	]),
	why: v.optional(v.pipe(v.string(), v.maxLength(MAX_STEP_WHY)), ''),
});

/** Takes a step of review with entries; lines of progress, then what was done. */
export const POST = ({ locals, request }) => {
	const read = readBody(request, Body);
	return answerWithProgress(async (onProgress, signal) => {
		const { step, targets, why } = await read;
		return locals.app.review.take(demandIdentity(locals), step, targets, why, { onProgress, signal });
	});
};
