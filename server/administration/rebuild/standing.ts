import type { EntryId } from '#domain/base/ids.ts';
import { STEP_RULES, type ReviewState, type ReviewStep } from '#domain/catalogue/review-states.ts';
import type { LogLine } from '#server/preservation/log-lines.ts';
import { wholeSteps } from '#server/catalogue/review-facts.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Where an entry stands in review: the columns of its row that follow from its steps. */
export interface Standing {
	readonly review_state: ReviewState;
	readonly reviewed_seq: number;
	readonly submitted_by: string | null;
	readonly last_step: string | null;
}

/** Where an entry stands that took no step. */
export const NO_STEPS: Standing = {
	review_state: 'draft',
	reviewed_seq: 0,
	submitted_by: null,
	last_step: null,
};

/** Where entries stand by the steps in the tables; without those that took none. */
export async function standings(
	storage: Pick<Storage, 'db'>,
	ids: readonly EntryId[],
	/** Log position at which somebody last changed an entry; see {@link lastChangeIn}. */
	changedAt: (id: EntryId) => number,
): Promise<ReadonlyMap<EntryId, Standing>> {
	const found = new Map<EntryId, Standing>();
	for (const step of await wholeSteps(storage, ids)) {
		const before = found.get(step.entryId) ?? NO_STEPS;
		const rule = STEP_RULES[step.step as ReviewStep];
		found.set(step.entryId, {
			review_state: step.to,
			reviewed_seq: rule.isApproval ? step.seq : before.reviewed_seq,
			submitted_by: step.step === 'submit' ? step.actorId : before.submitted_by,
			last_step: step.id,
		});
	}
	// What was verified and edited since has to be looked at again.
	for (const [id, standing] of found)
		if (standing.review_state === 'verified' && standing.reviewed_seq < changedAt(id))
			found.set(id, { ...standing, review_state: 'submitted' });
	return found;
}

/**
 * Log position of the last change somebody made: that of an import is none, nor is the code an entry gets on being
 * registered, as where rows follow live editing.
 */
export function lastChangeIn(lines: readonly Pick<LogLine, 'via' | 'seq'>[]): number {
	return lines.findLast(({ via }) => !isNobodys(via))?.seq ?? 0;
}

function isNobodys(via: string | null): boolean {
	return via === 'import' || via === 'register';
}

/**
 * Who has changed an entry since it was registered: their own work they may not approve. What somebody else proposed or
 * ordered they have checked already.
 */
export function editorsIn(
	lines: readonly LogLine[],
	state: ReviewState,
): { readonly person_id: string; readonly name: string; readonly at: string }[] {
	if (state === 'registered') return [];
	const editors = new Map<string, { name: string; at: string }>();
	for (const { actor_id, actor_name, via, received_at } of lines) {
		if (actor_id === 'server') continue;
		if (isNobodys(via) || /^(proposal|order):/.test(via ?? '')) continue;
		const before = editors.get(actor_id);
		if (!before || before.at <= received_at) editors.set(actor_id, { name: actor_name, at: received_at });
	}
	return [...editors].map(([person_id, { name, at }]) => ({ person_id, name, at }));
}
