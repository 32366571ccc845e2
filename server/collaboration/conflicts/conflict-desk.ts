import { sql } from 'kysely';
import type * as Y from 'yjs';
import type { Actor } from '#domain/base/actor.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { fieldIdOf, isDescriptive } from '#domain/catalogue/entry.ts';
import type { ConflictingValue } from '#domain/catalogue/rows.ts';
import {
	chosenValue,
	type ConflictCause,
	type ConflictChoice,
	type ConflictFilter,
	type ConflictGroup,
	type ConflictPreview,
	type ConflictRow,
	type DecisionOutcome,
	type DecisionRow,
} from '#domain/collaboration/conflicts.ts';
import { can, demand, type EntryThing, type Person } from '#domain/permissions/permissions.ts';
import { distinctValues, elementsOf, fieldValuesOf, haveSameIds, setField } from '#sync/field-values.ts';
import { auditLine } from '#server/storage/audit.ts';
import { viaOfBringingBack } from '#server/catalogue/projection.ts';
import { visible } from '#server/catalogue/rows.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { Collaboration } from '../collaboration.ts';

/** Conflicts in one answer at most. */
const MAX_ROWS = 500;
/** Fields settled at the same time; their updates share commits. */
const AT_ONCE = 32;
/** Examples a preview shows. */
const EXAMPLES = 50;
const PROGRESS_EVERY = 20;
/** Items of a decision written in one transaction. */
const ITEMS_AT_ONCE = 200;

/** How long work is watched and given up. */
interface Running {
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** The queue of conflicts over the whole catalogue, and decisions over many of them. */
export interface ConflictDesk {
	/** Oldest first. */
	list(
		person: Person,
		filter: ConflictFilter,
		offset: number,
		limit: number,
	): Promise<{ readonly total: number; readonly offset: number; readonly rows: readonly ConflictRow[] }>;
	/** How many are open of those the person may settle or judge; undefined for who has no part in that. */
	openCount(person: Person): Promise<number | undefined>;
	/** Alike conflicts, the largest group first. */
	groups(person: Person, filter: ConflictFilter): Promise<readonly ConflictGroup[]>;
	/** Who set values that stand in conflict. */
	people(person: Person): Promise<readonly { readonly id: string; readonly name: string }[]>;
	preview(identity: Identity, filter: ConflictFilter, choice: ConflictChoice): Promise<ConflictPreview>;
	/** Lets the choice stand in every conflict the filter finds, as one decision that can be taken back. */
	settle(
		identity: Identity,
		decision: { readonly filter: ConflictFilter; readonly choice: ConflictChoice; readonly why: string },
		running?: Running,
	): Promise<DecisionOutcome>;
	/** Newest first. */
	decisions(person: Person): Promise<readonly DecisionRow[]>;
	/**
	 * Gives back all values a decision removed, where its own value still stands alone.
	 * @throws {Refusal} 'collaboration.unknown-decision' (404) | 'collaboration.decision-undone' (409)
	 */
	undo(identity: Identity, decisionId: string, running?: Running): Promise<DecisionOutcome>;
}

/** Opens the desk over the rows; what it sets goes through live editing. */
export function createConflictDesk(parts: {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly collaboration: Pick<Collaboration, 'edit' | 'projected'>;
	readonly thingOf: (id: EntryId) => Promise<EntryThing | undefined>;
}): ConflictDesk {
	const { storage, clock, collaboration } = parts;
	const { db } = storage;

	/** Conflicts of entries the person may list, as far as the filter wants them. */
	function found(person: Person, filter: ConflictFilter) {
		demand(person, 'see', { kind: 'conflicts' });
		let query = visible(db, person)
			.innerJoin('conflict', 'conflict.entry_id', 'entry.id')
			.where('entry.status', '=', 'active')
			.where('entry.hidden', '=', 0);
		const { entry, field, fonds, person: personId, cause, before, group, state } = filter;
		if (entry !== undefined) query = query.where('entry.id', '=', entry);
		if (field !== undefined) query = query.where('conflict.field', '=', field);
		if (fonds !== undefined) query = query.where('entry.fonds_id', '=', fonds);
		if (cause !== undefined) query = query.where('conflict.cause', '=', cause);
		if (before !== undefined) query = query.where('conflict.since', '<', before);
		if (group !== undefined) query = query.where('conflict.group_key', '=', group);
		if (state !== undefined)
			query = query.where('conflict.dispute', state === 'disputed' ? 'is not' : 'is', null);
		if (personId !== undefined)
			query = query.where((where) =>
				where.exists(
					where
						.selectFrom('conflict_person')
						.select('person_id')
						.whereRef('conflict_person.entry_id', '=', 'conflict.entry_id')
						.whereRef('conflict_person.field', '=', 'conflict.field')
						.where('conflict_person.person_id', '=', personId),
				),
			);
		return query;
	}

	async function page(person: Person, filter: ConflictFilter, offset: number, limit: number) {
		const rows = await found(person, filter)
			.leftJoin('entry as fonds', 'fonds.id', 'entry.fonds_id')
			.select([
				'conflict.entry_id',
				'conflict.field',
				'conflict.since',
				'conflict.cause',
				'conflict.group_key',
				'conflict.values_json',
				'conflict.dispute',
				'entry.profile',
				'entry.level',
				'entry.title',
				'entry.date_text',
				'entry.reference_code',
				'fonds.title as fonds_title',
			])
			.orderBy('conflict.since')
			.orderBy('conflict.entry_id')
			.orderBy('conflict.field')
			.offset(offset)
			.limit(limit)
			.execute();
		return rows.map((row): ConflictRow => ({
			entryId: row.entry_id as EntryId,
			field: row.field,
			profile: row.profile,
			level: row.level,
			title: row.title || row.date_text,
			referenceCode: row.reference_code,
			fondsTitle: row.fonds_title ?? '',
			since: row.since,
			cause: row.cause as ConflictCause,
			group: row.group_key,
			values: JSON.parse(row.values_json) as ConflictingValue[],
			dispute: row.dispute === null ? null : (JSON.parse(row.dispute) as ConflictRow['dispute']),
		}));
	}

	async function countOf(person: Person, filter: ConflictFilter): Promise<number> {
		const { count } = await found(person, filter)
			.select((select) => select.fn.countAll<number>().as('count'))
			.executeTakeFirstOrThrow();
		return count;
	}

	/** Everything a decision means: the conflicts with the value that is to stand. Moves and deletions are judged singly. */
	async function meant(
		identity: Identity,
		filter: ConflictFilter,
		choice: ConflictChoice,
	): Promise<{ readonly found: number; readonly items: { row: ConflictRow; stands: ConflictingValue }[] }> {
		const { person } = identity;
		demand(person, 'edit', { kind: 'conflicts' });
		const items: { row: ConflictRow; stands: ConflictingValue }[] = [];
		let count = 0;
		for (;;) {
			const rows = await page(person, filter, count, MAX_ROWS);
			count += rows.length;
			for (const row of rows) {
				const stands = isDescriptive(row.field) ? chosenValue(row.values, choice) : undefined;
				if (!stands) continue;
				const thing = await parts.thingOf(row.entryId);
				if (thing && can(person, 'edit', thing)) items.push({ row, stands });
			}
			if (rows.length < MAX_ROWS) return { found: count, items };
		}
	}

	return {
		async list(person, filter, offset, limit) {
			const [total, rows] = await Promise.all([
				countOf(person, filter),
				page(person, filter, offset, Math.min(limit, MAX_ROWS)),
			]);
			return { total, offset, rows };
		},
		async openCount(person) {
			return can(person, 'see', { kind: 'conflicts' }) ? countOf(person, { state: 'open' }) : undefined;
		},
		async groups(person, filter) {
			const rows = await found(person, filter)
				.select((select) => [
					'conflict.group_key',
					select.fn.countAll<number>().as('count'),
					select.fn.min<string>('conflict.since').as('first'),
					select.fn.max<string>('conflict.since').as('last'),
					select.fn.min<string>('conflict.cause').as('cause'),
					select.fn.min<string>('conflict.field').as('field'),
					select.fn.min<string>('entry.profile').as('profile'),
					select.fn.min<string>('conflict.values_json').as('example'),
				])
				.groupBy('conflict.group_key')
				.orderBy('count', 'desc')
				.orderBy('conflict.group_key')
				.limit(MAX_ROWS)
				.execute();
			return rows.map((row): ConflictGroup => {
				const people = new Map<string, ConflictGroup['people'][number]>();
				for (const { attribution } of JSON.parse(row.example) as ConflictingValue[])
					people.set(`${attribution.actorId} ${attribution.via}`, {
						actorId: attribution.actorId,
						actorName: attribution.actorName,
						via: attribution.via,
					});
				return {
					group: row.group_key,
					fieldId: fieldIdOf(row.field),
					profile: row.profile,
					cause: row.cause as ConflictCause,
					count: row.count,
					first: row.first,
					last: row.last,
					people: [...people.values()],
				};
			});
		},
		async people(person) {
			const rows = await found(person, {})
				.innerJoin('conflict_person', (join) =>
					join
						.onRef('conflict_person.entry_id', '=', 'conflict.entry_id')
						.onRef('conflict_person.field', '=', 'conflict.field'),
				)
				.leftJoin('user', 'user.id', 'conflict_person.person_id')
				.select(['conflict_person.person_id as id', sql<string>`coalesce(user.name, person_id)`.as('name')])
				.distinct()
				.orderBy('name')
				.execute();
			return rows;
		},
		async preview(identity, filter, choice) {
			const { found: count, items } = await meant(identity, filter, choice);
			return {
				found: count,
				settles: items.length,
				examples: items.slice(0, EXAMPLES).map(({ row, stands }) => ({
					row,
					stands,
					goes: row.values.filter((value) => value !== stands),
				})),
			};
		},
		async settle(identity, { filter, choice, why }, running = {}) {
			const { items } = await meant(identity, filter, choice);
			const decisionId = createId<string>();
			const actor = { ...actorOf(identity), via: `rule:${decisionId}` };
			const at = isoAt(clock);
			const planned = items.map((item) => ({ ...item, elementId: createId<string>() }));
			// Written first: whatever happens on the way, what was set can be taken back.
			await storage.batch([
				db.insertInto('decision').values({
					id: decisionId,
					kind: 'conflicts',
					detail: JSON.stringify({ filter, choice }),
					why,
					actor_id: actor.id,
					actor_name: actor.name,
					at,
					items: planned.length,
					undone_at: null,
					undone_by: null,
				}),
				auditLine(storage, clock, actor, 'conflicts.settle', decisionId, { filter, choice, why }),
			]);
			for (let from = 0; from < planned.length; from += ITEMS_AT_ONCE)
				await storage.batch(
					planned.slice(from, from + ITEMS_AT_ONCE).map(({ row, elementId }) =>
						db.insertInto('decision_item').values({
							decision_id: decisionId,
							entry_id: row.entryId,
							field: row.field,
							element_id: elementId,
							before: JSON.stringify(row.values),
						}),
					),
				);
			const changes = planned.map(({ row, stands, elementId }) => ({
				entryId: row.entryId,
				change(copy: Y.Doc) {
					const values = fieldValuesOf(copy);
					// Whoever decided saw these values: with another among them it is another question.
					if (!saySame(distinctValues(elementsOf(values, row.field)), row.values)) return false;
					setField(values, row.field, stands.value, { id: elementId, by: actor.id, at, via: actor.via });
					return true;
				},
			}));
			return { decisionId, ...(await carryOut(changes, actor, running)) };
		},
		async decisions(person) {
			demand(person, 'see', { kind: 'conflicts' });
			const rows = await db
				.selectFrom('decision')
				.selectAll()
				.where('kind', '=', 'conflicts')
				.orderBy('at', 'desc')
				.limit(50)
				.execute();
			return rows.map((row) => ({
				id: row.id,
				why: row.why,
				...(JSON.parse(row.detail) as Pick<DecisionRow, 'choice' | 'filter'>),
				actorName: row.actor_name,
				at: row.at,
				items: row.items,
				undoneAt: row.undone_at,
			}));
		},
		async undo(identity, decisionId, running = {}) {
			const { person } = identity;
			demand(person, 'edit', { kind: 'conflicts' });
			const decision = await db
				.selectFrom('decision')
				.select(['undone_at'])
				.where('id', '=', decisionId)
				.where('kind', '=', 'conflicts')
				.executeTakeFirst();
			if (!decision) throw new Refusal('collaboration.unknown-decision', {}, 404);
			if (decision.undone_at !== null) throw new Refusal('collaboration.decision-undone', {}, 409);
			const actor = { ...actorOf(identity), via: `undo:${decisionId}` };
			const at = isoAt(clock);
			const items = await db
				.selectFrom('decision_item')
				.selectAll()
				.where('decision_id', '=', decisionId)
				.execute();
			const changes: Change[] = [];
			for (const item of items) {
				const entryId = item.entry_id as EntryId;
				const thing = await parts.thingOf(entryId);
				if (!thing) continue;
				// Half taken back it would count as taken back, and nobody could have the rest.
				demand(person, 'edit', thing);
				changes.push({
					entryId,
					change(copy) {
						const values = fieldValuesOf(copy);
						// Somebody's later word is never overruled.
						if (!haveSameIds(elementsOf(values, item.field), [item.element_id])) return false;
						const before = JSON.parse(item.before) as ConflictingValue[];
						copy.transact(() => {
							values.delete(values.toArray().findIndex((element) => element.id === item.element_id));
							values.push(
								// The newest gets the greatest id, by which equal positions are told apart.
								before.toReversed().map(({ elementId, value }) => ({
									id: createId<string>(),
									field: item.field,
									value,
									by: actor.id,
									at,
									via: viaOfBringingBack(elementId),
								})),
							);
						});
						return true;
					},
				});
			}
			const outcome = await carryOut(changes, actor, running);
			if (!running.signal?.aborted)
				await storage.batch([
					db
						.updateTable('decision')
						.set({ undone_at: isoAt(clock), undone_by: actor.name })
						.where('id', '=', decisionId),
					auditLine(storage, clock, actor, 'conflicts.undo', decisionId),
				]);
			return { decisionId, done: outcome.done, left: items.length - outcome.done };
		},
	};

	/** Changes entries, a few at a time, until it is given up; then waits until their rows show it. */
	async function carryOut(
		changes: readonly Change[],
		actor: Actor,
		{ signal, onProgress }: Running,
	): Promise<{ readonly done: number; readonly left: number }> {
		const waiting = changes.values();
		const heads = new Map<EntryId, number>();
		let done = 0;
		let seen = 0;
		const work = async (): Promise<void> => {
			for (const { entryId, change } of waiting) {
				const seq = await collaboration.edit(entryId, actor, change);
				if (seq !== undefined) {
					done++;
					heads.set(entryId, seq);
				}
				if (++seen % PROGRESS_EVERY === 0) onProgress?.({ done: seen, total: changes.length });
				if (signal?.aborted) return;
			}
		};
		await Promise.all(Array.from({ length: Math.min(AT_ONCE, changes.length) }, work));
		for (const [id, seq] of heads) await collaboration.projected(id, seq);
		return { done, left: changes.length - done };
	}
}

/** What is to be done to one entry; false leaves it as it is. */
interface Change {
	readonly entryId: EntryId;
	readonly change: (copy: Y.Doc) => boolean;
}

/** The same values, whichever elements say them. */
function saySame(
	shown: readonly { readonly value: unknown }[],
	values: readonly { readonly value: unknown }[],
): boolean {
	const words = (list: readonly { readonly value: unknown }[]): string =>
		list
			.map(({ value }) => JSON.stringify(value))
			.sort()
			.join('\n');
	return words(shown) === words(values);
}
