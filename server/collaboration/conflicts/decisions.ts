import { sql, type SelectQueryBuilder } from 'kysely';
import type { Actor } from '#domain/base/actor.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import type { FieldKey } from '#domain/catalogue/entry.ts';
import type { ConflictingValue } from '#domain/catalogue/rows.ts';
import type { ConflictChoice, ConflictFilter, DecisionRow } from '#domain/collaboration/conflicts.ts';
import { demand, type Person } from '#domain/permissions/permissions.ts';
import { visible } from '#server/catalogue/rows.ts';
import { auditLine } from '#server/storage/audit.ts';
import type { Schema } from '#server/storage/schema.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Decisions in one answer. */
const MAX_DECISIONS = 50;
/** Items written in one transaction. */
const ITEMS_AT_ONCE = 1000;

/** One field that a decision sets, and what stood there. */
export interface DecisionItem {
	readonly entryId: EntryId;
	readonly field: FieldKey;
	/** The element it sets. */
	readonly elementId: string;
	readonly before: readonly ConflictingValue[];
}

/** What was decided, and of what. */
export interface Decided {
	readonly filter: ConflictFilter;
	readonly choice: ConflictChoice;
	readonly why: string;
}

/** The record of decisions over conflicts. */
export interface Decisions {
	/** Newest first, as far as they concern entries the person works with. */
	list(person: Person): Promise<readonly DecisionRow[]>;
	/** Writes a decision with all it is going to set. */
	record(id: string, decided: Decided, items: readonly DecisionItem[], actor: Actor): Promise<void>;
	/** What a decision was to set, and whether it was taken back; undefined when there is none. */
	find(
		id: string,
	): Promise<{ readonly items: readonly DecisionItem[]; readonly isUndone: boolean } | undefined>;
	/** Marks a decision as taken back. */
	undone(id: string, actor: Actor): Promise<void>;
}

/** Opens the record of decisions. */
export function createDecisions({ storage, clock }: { storage: Storage; clock: Clock }): Decisions {
	const { db } = storage;

	/** Items whose entry the person may list. */
	function itemsFor(person: Person): SelectQueryBuilder<Schema, 'entry' | 'decision_item', object> {
		return visible(db, person).innerJoin('decision_item', 'decision_item.entry_id', 'entry.id');
	}

	return {
		async list(person) {
			demand(person, 'see', { kind: 'conflicts' });
			let query = db.selectFrom('decision').selectAll().where('kind', '=', 'conflicts');
			if (person.fonds !== null)
				query = query.where((where) =>
					where.or([
						where.exists(
							itemsFor(person)
								.select('decision_item.field')
								.where('decision_item.decision_id', '=', sql.ref<string>('decision.id')),
						),
						where.and([where('decision.items', '=', 0), where('decision.actor_id', '=', person.id)]),
					]),
				);
			const rows = await query.orderBy('at', 'desc').orderBy('id', 'desc').limit(MAX_DECISIONS).execute();
			const seen =
				person.fonds === null || rows.length === 0
					? undefined
					: await itemsFor(person)
							.select((select) => ['decision_item.decision_id', select.fn.countAll<number>().as('count')])
							.where(
								'decision_item.decision_id',
								'in',
								rows.map((row) => row.id),
							)
							.groupBy('decision_item.decision_id')
							.execute();
			return rows.map((row): DecisionRow => {
				const items = seen ? (seen.find((each) => each.decision_id === row.id)?.count ?? 0) : row.items;
				const isPartial = items < row.items;
				return {
					id: row.id,
					// A reason given for other fonds as well may speak of them.
					why: isPartial && row.actor_id !== person.id ? '' : row.why,
					...(JSON.parse(row.detail) as Pick<DecisionRow, 'choice' | 'filter'>),
					actorName: row.actor_name,
					at: row.at,
					items,
					isPartial,
					undoneAt: row.undone_at,
				};
			});
		},
		async record(id, { filter, choice, why }, items, actor) {
			await storage.batch([
				db.insertInto('decision').values({
					id,
					kind: 'conflicts',
					detail: JSON.stringify({ filter, choice }),
					why,
					actor_id: actor.id,
					actor_name: actor.name,
					at: isoAt(clock),
					items: items.length,
					undone_at: null,
					undone_by: null,
					deposited_as: null,
				}),
				auditLine(storage, clock, actor, 'conflicts.settle', id, { filter, choice, why }),
			]);
			const insert = db
				.insertInto('decision_item')
				.values({ decision_id: '', entry_id: '', field: '', element_id: '', before: '' })
				.compile().sql;
			for (let from = 0; from < items.length; from += ITEMS_AT_ONCE)
				await storage.bulk([
					{
						sql: insert,
						rows: items
							.slice(from, from + ITEMS_AT_ONCE)
							.map((item) => [id, item.entryId, item.field, item.elementId, JSON.stringify(item.before)]),
					},
				]);
		},
		async find(id) {
			const decision = await db
				.selectFrom('decision')
				.select('undone_at')
				.where('id', '=', id)
				.where('kind', '=', 'conflicts')
				.executeTakeFirst();
			if (!decision) return undefined;
			const rows = await db.selectFrom('decision_item').selectAll().where('decision_id', '=', id).execute();
			const items = rows.map((row) => ({
				entryId: row.entry_id as EntryId,
				field: row.field,
				elementId: row.element_id,
				before: JSON.parse(row.before) as ConflictingValue[],
			}));
			return { items, isUndone: decision.undone_at !== null };
		},
		async undone(id, actor) {
			await storage.batch([
				db
					.updateTable('decision')
					.set({ undone_at: isoAt(clock), undone_by: actor.name })
					.where('id', '=', id),
				auditLine(storage, clock, actor, 'conflicts.undo', id),
			]);
		},
	};
}
