import { sql } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import {
	errorsButForCode,
	refusalOfStep,
	REVIEW_STEPS,
	STEP_RULES,
	type EntryReview,
	type OpenErrors,
	type ReviewState,
	type ReviewStep,
	type StepFacts,
	type TakenStep,
} from '#domain/catalogue/review-states.ts';
import { can, type EntryThing, type Person } from '#domain/permissions/permissions.ts';
import type { Storage } from '#server/storage/storage.ts';
import { openErrors } from './checks/open-errors.ts';
import { entryThing, THING_COLUMNS } from './entry-thing.ts';
import { isEdited } from './edited.ts';

/** What decides about the steps of an entry. */
export interface ReviewFacts {
	readonly id: EntryId;
	readonly rowId: number;
	readonly thing: EntryThing;
	readonly state: ReviewState;
	readonly isDeleted: boolean;
	/** The person submitted it, or has changed it since it was registered last. */
	readonly isOwnWork: boolean;
	readonly unsettled: number;
	/** Log position the row shows. */
	readonly seq: number;
	/** The log holds more than the row shows. */
	readonly isBehind: boolean;
	/** Of a verified entry, as they were found last. */
	readonly errors: OpenErrors | undefined;
}

/** What decides about the steps of entries, for a person; without those they may not see. */
export async function reviewFacts(
	{ db }: Pick<Storage, 'db'>,
	person: Person,
	ids: readonly EntryId[],
): Promise<ReadonlyMap<EntryId, ReviewFacts>> {
	if (ids.length === 0) return new Map();
	const rows = await db
		.selectFrom('entry')
		.leftJoin('entry_editor', (join) =>
			join.onRef('entry_editor.entry_id', '=', 'entry.id').on('entry_editor.person_id', '=', person.id),
		)
		.select([
			'entry.id',
			'entry.row_id',
			...THING_COLUMNS.map((column) => `entry.${column}` as const),
			'entry.hidden',
			'entry.conflict_count',
			'entry.projected_seq',
			'entry.submitted_by',
			'entry_editor.person_id as editor',
		])
		.select((select) =>
			select
				.selectFrom('log_head')
				.select('log_head.seq')
				.where('log_head.doc', '=', sql<string>`'entry:' || entry.id`)
				.where(isEdited)
				.as('edited_seq'),
		)
		.where('entry.id', 'in', [...ids])
		.where(
			'entry.import_row',
			'not in',
			db.selectFrom('import').select('row_id').where('state', '=', 'staging'),
		)
		.execute();
	const verified = rows.filter((row) => row.review_state === 'verified').map(({ id }) => id as EntryId);
	const errors = await openErrors(db, verified);
	const facts = new Map<EntryId, ReviewFacts>();
	for (const row of rows) {
		const thing = entryThing(row);
		if (!can(person, 'see', thing)) continue;
		facts.set(row.id as EntryId, {
			id: row.id as EntryId,
			rowId: row.row_id,
			thing,
			state: row.review_state as ReviewState,
			isDeleted: row.status !== 'active' || row.hidden === 1,
			isOwnWork: row.submitted_by === person.id || row.editor !== null,
			unsettled: row.conflict_count,
			seq: row.projected_seq,
			isBehind: (row.edited_seq ?? 0) > row.projected_seq,
			errors: errors.get(row.id as EntryId),
		});
	}
	return facts;
}

/** These facts for one step, taken for what the person was shown. */
export function factsOfStep(
	facts: ReviewFacts,
	person: Person,
	step: ReviewStep,
	seen: number | undefined,
): StepFacts {
	return {
		...facts,
		isAllowed: can(person, STEP_RULES[step].action, facts.thing),
		isChangedSince: facts.isBehind || (seen !== undefined && seen !== facts.seq),
	};
}

/** Where an entry stands, with the steps a person can take; readers learn that it is registered, and no more. */
export async function entryReview(
	storage: Pick<Storage, 'db'>,
	person: Person,
	id: EntryId,
): Promise<EntryReview> {
	const [facts, last] = await Promise.all([
		reviewFacts(storage, person, [id]).then((found) => found.get(id)),
		lastSteps(storage, [id]).then((steps) => steps.get(id)),
	]);
	const state = facts?.state ?? 'draft';
	if (!facts || person.role === 'reader')
		return { state, last: undefined, steps: [], refused: [], seq: facts?.seq ?? 0 };
	const steps: ReviewStep[] = [];
	const refused: EntryReview['refused'][number][] = [];
	for (const step of REVIEW_STEPS) {
		if (!STEP_RULES[step].from.includes(state)) continue;
		const given = { ...facts, errors: errorsButForCode(facts.errors) };
		const refusal = refusalOfStep(step, factsOfStep(given, person, step, undefined));
		if (!refusal) steps.push(step);
		else if (refusal.code !== 'permissions.denied')
			refused.push({ step, why: refusal.code, params: refusal.params });
	}
	return { state, last, steps, refused, seq: facts.seq };
}

/** The last steps taken with entries. */
export async function lastSteps(
	storage: Pick<Storage, 'db'>,
	ids: readonly EntryId[],
): Promise<ReadonlyMap<EntryId, TakenStep>> {
	const last = new Map<EntryId, TakenStep>();
	for (const { entryId, ...step } of await stepsTaken(storage, ids)) last.set(entryId, step);
	return last;
}

/** The steps taken with entries, the newest last. */
export async function stepsTaken(
	storage: Pick<Storage, 'db'>,
	ids: readonly EntryId[],
): Promise<(TakenStep & { readonly entryId: EntryId })[]> {
	return (await wholeSteps(storage, ids)).map((whole) => {
		const { via: _, from: __, to: ___, position: ____, ...step } = whole;
		return step;
	});
}

/** The same, with how they were asked for, what they did, and which came before which. */
export async function wholeSteps(
	{ db }: Pick<Storage, 'db'>,
	ids: readonly EntryId[],
): Promise<
	(TakenStep & {
		readonly entryId: EntryId;
		readonly via: string | null;
		readonly from: ReviewState;
		readonly to: ReviewState;
		readonly position: number;
	})[]
> {
	if (ids.length === 0) return [];
	const rows = await db
		.selectFrom('review_step_entry')
		.innerJoin('review_step', 'review_step.id', 'review_step_entry.step_id')
		.select([
			'review_step_entry.entry_id',
			'review_step.id',
			'review_step.step',
			'review_step.why',
			'review_step.actor_id',
			'review_step.actor_name',
			'review_step.at',
			'review_step.via',
			'review_step_entry.from_state',
			'review_step_entry.to_state',
			'review_step_entry.seq',
			'review_step_entry.position',
		])
		.where('review_step_entry.entry_id', 'in', [...ids])
		.orderBy('review_step_entry.position')
		.orderBy('review_step.at')
		.orderBy('review_step.id')
		.execute();
	return rows.map((row) => ({
		entryId: row.entry_id as EntryId,
		id: row.id,
		step: row.step as ReviewStep,
		why: row.why,
		actorId: row.actor_id,
		actorName: row.actor_name,
		at: row.at,
		seq: row.seq,
		via: row.via,
		from: row.from_state as ReviewState,
		to: row.to_state as ReviewState,
		position: row.position,
	}));
}
