import { sql } from 'kysely';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import {
	errorsButForCode,
	refusalOfStep,
	STEP_RULES,
	type ReviewStep,
	type StepOutcome,
	type StepTargets,
} from '#domain/catalogue/review-states.ts';
import type { EntryThing, Person } from '#domain/permissions/permissions.ts';
import { can } from '#domain/permissions/permissions.ts';
import { factsOfStep, reviewFacts, type ReviewFacts } from '#server/catalogue/review-facts.ts';
import { dropShown } from '#server/catalogue/shown-entry.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import { auditLine } from '#server/storage/audit.ts';
import type { Statement, Storage } from '#server/storage/storage.ts';
import type { BulkRunning } from '../bulk-edits.ts';
import type { Collaboration } from '../collaboration.ts';
import type { GivenCodes } from '../codes/registering-codes.ts';
import { entriesBelow } from './entries-below.ts';
import { noticesOfReturn } from './notices-of-return.ts';

/** Entries decided about together: who opens one of them waits so long. */
const BATCH = 200;
/** Refused entries that an answer names. */
const MAX_NAMED = 200;

/** Brings entries from draft to registered, one or thousands at a time. */
export interface ReviewDesk {
	/**
	 * Takes a step with entries; what it cannot be taken with is said, and the rest goes on. Given up, it stops between two
	 * batches, and what was done stays.
	 * @throws {Refusal} 'catalogue.unknown-entry' (404) | 'collaboration.why-missing' (400); with one entry, why it is refused
	 */
	take(
		identity: Identity,
		step: ReviewStep,
		targets: StepTargets,
		why: string,
		running?: BulkRunning,
	): Promise<StepOutcome>;
}

interface Target {
	readonly id: EntryId;
	readonly seen: number | undefined;
}

/** Builds the desk over the rows; entries stand still while it decides. */
export function createReviewDesk(parts: {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly collaboration: Pick<Collaboration, 'decideAbout'>;
	readonly thingOf: (id: EntryId) => Promise<EntryThing | undefined>;
	/** Looks for errors of description in entries now. */
	readonly recheck: (ids: readonly EntryId[]) => Promise<void>;
	/** Gives entries that are to be registered the codes they wait for, and says which cannot be. */
	readonly giveCodes: (identity: Identity, ids: readonly EntryId[]) => Promise<GivenCodes>;
	/** A step was taken with entries: the archival store holds what was decided. */
	readonly noteStep: (stepId: string, ids: readonly EntryId[], isRegistered: boolean) => Promise<void>;
}): ReviewDesk {
	const { storage, clock, collaboration, thingOf } = parts;

	async function targetsOf(person: Person, step: ReviewStep, targets: StepTargets): Promise<Target[]> {
		if ('entries' in targets) {
			const once = new Map(targets.entries.map(({ id, seen }) => [id, { id, seen }]));
			return [...once.values()];
		}
		const ids = new Set<EntryId>();
		for (const root of targets.under) {
			const thing = await thingOf(root);
			if (!thing || !can(person, 'see', thing))
				throw new Refusal('catalogue.unknown-entry', { id: root }, 404);
			for (const id of await entriesBelow(storage, person, root, STEP_RULES[step].from)) ids.add(id);
		}
		return [...ids].map((id) => ({ id, seen: undefined }));
	}

	/** Takes the step with those of a batch that can take it. */
	async function takeWith(
		identity: Identity,
		taking: { readonly id: string; readonly step: ReviewStep; readonly why: string },
		batch: readonly Target[],
	): Promise<{ readonly done: readonly EntryId[]; readonly refused: StepOutcome['refused'] }> {
		const { person } = identity;
		const { step } = taking;
		const ids = batch.map(({ id }) => id);
		const ready = step === 'register' ? await makeReady(identity, batch) : undefined;
		const codes = ready?.codes;
		return collaboration.decideAbout(ids, async () => {
			let known = await reviewFacts(storage, person, ids);
			// Those that got a code, and what was written meanwhile.
			const unchecked = ready
				? [...known.values()].filter(({ id, seq }) => ready.checked.get(id) !== seq)
				: [];
			if (unchecked.length > 0) {
				await parts.recheck(unchecked.map(({ id }) => id));
				known = await reviewFacts(storage, person, ids);
			}
			const refused: StepOutcome['refused'][number][] = [];
			const good: ReviewFacts[] = [];
			for (const { id, seen } of batch) {
				const whole = known.get(id);
				const facts =
					whole && !ready?.able.has(id) ? { ...whole, errors: errorsButForCode(whole.errors) } : whole;
				// What was seen was asked before a code was given; whatever else is changed since sends the entry back.
				const seenNow = codes?.given.has(id) ? undefined : seen;
				const refusal = facts
					? (codes?.refused.get(id) ?? refusalOfStep(step, factsOfStep(facts, person, step, seenNow)))
					: ({ code: 'catalogue.unknown-entry', params: { id } } as const);
				if (refusal) refused.push({ entryId: id, ...refusal });
				else if (facts) good.push(facts);
			}
			if (good.length > 0) await storage.batch(statementsOf(identity, taking, good));
			const done = good.map(({ id }) => id);
			return { answer: { done, refused }, changed: done, registered: step === 'register' ? done : [] };
		});
	}

	/** Looks for errors, and gives codes to those that can be registered but for that. */
	async function makeReady(
		identity: Identity,
		batch: readonly Target[],
	): Promise<{
		readonly codes: GivenCodes;
		/** Those that nothing stood in the way of but their code. */
		readonly able: ReadonlySet<EntryId>;
		/** The states in which they were looked at. */
		readonly checked: ReadonlyMap<EntryId, number>;
	}> {
		const { person } = identity;
		const ids = batch.map(({ id }) => id);
		const before = await reviewFacts(storage, person, ids);
		await parts.recheck([...before.values()].filter(({ state }) => state === 'verified').map(({ id }) => id));
		const known = await reviewFacts(storage, person, ids);
		const able = batch.filter(({ id, seen }) => {
			const facts = known.get(id);
			if (!facts) return false;
			const given = { ...facts, errors: errorsButForCode(facts.errors) };
			return !refusalOfStep('register', factsOfStep(given, person, 'register', seen));
		});
		const ableIds = able.map(({ id }) => id);
		const codes = await parts.giveCodes(identity, ableIds);
		return {
			codes,
			able: new Set(ableIds),
			checked: new Map([...before.values()].map(({ id, seq }) => [id, seq])),
		};
	}

	function statementsOf(
		identity: Identity,
		{ id, step, why }: { readonly id: string; readonly step: ReviewStep; readonly why: string },
		entries: readonly ReviewFacts[],
	): Statement[] {
		const { db } = storage;
		const actor = actorOf(identity);
		const at = isoAt(clock);
		const ids = entries.map((entry) => entry.id);
		const rule = STEP_RULES[step];
		const statements: Statement[] = [
			db
				.insertInto('review_step')
				.values({
					id,
					step,
					why,
					actor_id: actor.id,
					actor_name: actor.name,
					via: actor.via,
					at,
					entries: entries.length,
				})
				.onConflict((conflict) =>
					conflict.column('id').doUpdateSet((set) => ({
						entries: set('review_step.entries', '+', set.ref('excluded.entries')),
						// Whatever was deposited of it meanwhile does not name these.
						deposited_version: null,
					})),
				),
			db.insertInto('review_step_entry').values(
				entries.map((entry) => ({
					entry_id: entry.id,
					step_id: id,
					from_state: entry.state,
					to_state: rule.to,
					seq: entry.seq,
					// The clock may have been set back since the step before, and steps over many entries overlap.
					position: sql<number>`(select coalesce(max(position), 0) + 1 from review_step_entry where entry_id = ${entry.id})`,
				})),
			),
			db
				.updateTable('entry')
				.set((set) => ({
					review_state: rule.to,
					last_step: id,
					...(rule.isApproval ? { reviewed_seq: set.ref('projected_seq') } : {}),
					...(step === 'submit' ? { submitted_by: actor.id } : {}),
				}))
				.where('id', 'in', ids),
		];
		if (step === 'register')
			statements.push(
				db.deleteFrom('entry_editor').where('entry_id', 'in', ids),
				...dropShown(
					storage,
					entries.map(({ rowId }) => rowId),
				),
			);
		if (step === 'return') statements.push(...noticesOfReturn(db, { stepId: id, why, actor, at }, ids));
		return statements;
	}

	return {
		async take(identity, step, targets, why, { signal, onProgress } = {}) {
			if (step === 'return' && why.trim() === '') throw new Refusal('collaboration.why-missing');
			const all = await targetsOf(identity.person, step, targets);
			const stepId = createId<string>();
			const doneIds: EntryId[] = [];
			const refused: StepOutcome['refused'][number][] = [];
			let refusedCount = 0;
			let done = 0;
			let left = all.length;
			try {
				for (let from = 0; from < all.length && !signal?.aborted; from += BATCH) {
					const batch = all.slice(from, from + BATCH);
					const taken = await takeWith(identity, { id: stepId, step, why: why.trim() }, batch);
					done += taken.done.length;
					doneIds.push(...taken.done);
					refusedCount += taken.refused.length;
					refused.push(...taken.refused.slice(0, MAX_NAMED - refused.length));
					left -= batch.length;
					onProgress?.({ done: all.length - left, total: all.length });
				}
			} finally {
				// Whatever ended it: what was decided is decided.
				if (doneIds.length > 0) await parts.noteStep(stepId, doneIds, step === 'register');
			}
			const [only] = refused;
			if (all.length === 1 && only) throw new Refusal(only.code, only.params, STATUS_OF[only.code] ?? 409);
			if (done > 0)
				await storage.batch([
					auditLine(storage, clock, actorOf(identity), `review.${step}`, stepId, {
						...('under' in targets ? { under: targets.under } : { entry: all[0]?.id }),
						entries: done,
						why,
					}),
				]);
			return { stepId, done, refusedCount, refused, left };
		},
	};
}

const STATUS_OF: Readonly<Record<string, number>> = {
	'catalogue.unknown-entry': 404,
	'permissions.denied': 403,
	'permissions.registered': 403,
	'collaboration.own-work': 403,
	'collaboration.others-work': 403,
};
