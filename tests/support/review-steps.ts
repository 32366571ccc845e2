import { sql } from 'kysely';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { STEP_RULES, type ReviewStep } from '#domain/catalogue/review-states.ts';
import type { Storage } from '#server/storage/storage.ts';
import { AUTHORS } from './logged-entries.ts';

/** Takes a step with entries as the desk would have, without the desk: nobody is told of it. */
export async function takeStep(
	{ db, batch }: Storage,
	step: ReviewStep,
	ids: readonly EntryId[],
	at = new Date().toISOString(),
	/** Of the step, when it goes on with more entries. */
	id = createId<string>(),
): Promise<string> {
	const { from, to } = STEP_RULES[step];
	const by = { actor_id: AUTHORS.乙.id, actor_name: AUTHORS.乙.name, via: null };
	await batch([
		db
			.insertInto('review_step')
			.values({ id, step, why: '', ...by, at, entries: ids.length, deposited_version: null })
			.onConflict((conflict) =>
				conflict.column('id').doUpdateSet((set) => ({
					entries: set('review_step.entries', '+', set.ref('excluded.entries')),
					deposited_version: null,
				})),
			),
		...ids.map((entryId) =>
			db.insertInto('review_step_entry').values({
				entry_id: entryId,
				step_id: id,
				from_state: from[0] as string,
				to_state: to,
				seq: 0,
				position: sql<number>`(select count(*) + 1 from review_step_entry where entry_id = ${entryId})`,
			}),
		),
		db.updateTable('entry').set({ review_state: to, last_step: id }).where('id', 'in', ids),
	]);
	return id;
}
