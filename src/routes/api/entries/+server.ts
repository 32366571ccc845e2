import * as v from 'valibot';
import { Refusal } from '#domain/base/refusal.ts';
import { isUuid, type EntryId } from '#domain/base/ids.ts';
import { answer } from '../answers.ts';
import { readBody } from '../person.ts';

const NewEntry = v.object({
	id: v.pipe(v.string(), v.check(isUuid)),
	profile: v.pipe(v.string(), v.maxLength(40)),
	update: v.pipe(v.string(), v.maxLength(1_500_000), v.base64()),
	/** History of the log that a device goes on from. */
	lineage: v.optional(v.pipe(v.string(), v.check(isUuid))),
});

/** Takes the first update of an entry made on a device. */
export const POST = ({ locals, request }) =>
	answer(async () => {
		if (!locals.identity) throw new Refusal('permissions.sign-in', {}, 401);
		const { id, profile, update, lineage } = await readBody(request, NewEntry);
		await locals.app.collaboration.sync.demandLineage(lineage);
		return locals.app.createEntry(locals.identity, {
			id: id as EntryId,
			profile,
			update: new Uint8Array(Buffer.from(update, 'base64')),
		});
	});
