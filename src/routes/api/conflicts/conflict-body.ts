import * as v from 'valibot';
import { isUuid, type EntryId } from '#domain/base/ids.ts';
import { CONFLICT_CAUSES } from '#domain/collaboration/conflicts.ts';

const entryId = v.pipe(
	v.string(),
	v.check(isUuid),
	v.transform((id) => id as EntryId),
);

/** Which conflicts are meant. */
export const FilterBody = v.strictObject({
	entry: v.optional(entryId),
	field: v.optional(v.pipe(v.string(), v.maxLength(140))),
	fonds: v.optional(entryId),
	person: v.optional(v.pipe(v.string(), v.maxLength(200))),
	cause: v.optional(v.picklist(CONFLICT_CAUSES)),
	before: v.optional(v.pipe(v.string(), v.isoTimestamp())),
	group: v.optional(v.pipe(v.string(), v.maxLength(2000))),
	state: v.optional(v.picklist(['open', 'disputed'])),
});

/** Which of the values is to stand. */
export const ChoiceBody = v.variant('kind', [
	v.strictObject({ kind: v.picklist(['newest', 'oldest']) }),
	v.strictObject({ kind: v.literal('person'), actorId: v.pipe(v.string(), v.maxLength(200)) }),
	v.strictObject({ kind: v.literal('element'), elementId: v.pipe(v.string(), v.maxLength(64)) }),
]);

/** A decision over many conflicts. */
export const DecisionBody = v.strictObject({
	filter: FilterBody,
	choice: ChoiceBody,
	why: v.optional(v.pipe(v.string(), v.maxLength(2000)), ''),
});
