import { sql, type SelectQueryBuilder } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import { fieldIdOf } from '#domain/catalogue/entry.ts';
import type { ConflictingValue } from '#domain/catalogue/rows.ts';
import type {
	ConflictCause,
	ConflictFilter,
	ConflictGroup,
	ConflictRow,
} from '#domain/collaboration/conflicts.ts';
import { demand, type EntryThing, type Person } from '#domain/permissions/permissions.ts';
import { entryThing } from '#server/catalogue/entry-thing.ts';
import { isOfFonds } from '#server/catalogue/own-fonds.ts';
import { visible } from '#server/catalogue/rows.ts';
import type { Schema } from '#server/storage/schema.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Conflicts and groups in one answer at most. */
export const MAX_ROWS = 500;

/** A conflict, with what its entry is for the permission question. */
export interface QueuedConflict {
	readonly row: ConflictRow;
	readonly thing: EntryThing;
}

/** Reads of the queue. Every answer holds only conflicts of entries the person may list. */
export interface ConflictQueue {
	count(person: Person, filter: ConflictFilter): Promise<number>;
	/** Oldest first. */
	page(person: Person, filter: ConflictFilter, offset: number, limit: number): Promise<ConflictRow[]>;
	/** All of them, oldest first, some at a time. */
	all(person: Person, filter: ConflictFilter): AsyncIterable<readonly QueuedConflict[]>;
	/** Alike conflicts, the largest group first. */
	groups(person: Person, filter: ConflictFilter): Promise<readonly ConflictGroup[]>;
	/** Who set values that stand in conflict. */
	people(person: Person): Promise<readonly { readonly id: string; readonly name: string }[]>;
}

/** Opens the queue over the rows. */
export function createConflictQueue({ db }: Pick<Storage, 'db'>): ConflictQueue {
	/** Conflicts of entries the person may list, as far as the filter wants them. */
	function found(
		person: Person,
		filter: ConflictFilter,
	): SelectQueryBuilder<Schema, 'entry' | 'conflict', object> {
		demand(person, 'see', { kind: 'conflicts' });
		let query = visible(db, person)
			.innerJoin('conflict', 'conflict.entry_id', 'entry.id')
			.where('entry.status', '=', 'active')
			.where('entry.hidden', '=', 0);
		const { entry, field, fonds, person: personId, cause, before, group, state } = filter;
		if (entry !== undefined) query = query.where('entry.id', '=', entry);
		if (field !== undefined) query = query.where('conflict.field', '=', field);
		if (fonds !== undefined) query = query.where(isOfFonds(fonds));
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

	/** In the order of the queue. */
	function rowsOf(query: ReturnType<typeof found>) {
		return query
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
				'entry.fonds_id',
				'entry.access_status',
				'entry.review_state',
				'entry.import_row',
				'entry.status',
				'fonds.title as fonds_title',
			])
			.orderBy('conflict.since')
			.orderBy('conflict.entry_id')
			.orderBy('conflict.field');
	}

	return {
		async count(person, filter) {
			const { count } = await found(person, filter)
				.select((select) => select.fn.countAll<number>().as('count'))
				.executeTakeFirstOrThrow();
			return count;
		},
		async page(person, filter, offset, limit) {
			const rows = await rowsOf(found(person, filter)).offset(offset).limit(limit).execute();
			return rows.map(conflictRowOf);
		},
		async *all(person, filter) {
			for (let last: Selected | undefined; ;) {
				let query = found(person, filter);
				if (last)
					query = query.where(
						sql<boolean>`(conflict.since, conflict.entry_id, conflict.field) > (${last.since}, ${last.entry_id}, ${last.field})`,
					);
				const rows: Selected[] = await rowsOf(query).limit(MAX_ROWS).execute();
				yield rows.map((row) => ({
					row: conflictRowOf(row),
					thing: entryThing(row),
				}));
				last = rows.at(-1);
				if (!last || rows.length < MAX_ROWS) return;
			}
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
		people: (person) =>
			found(person, {})
				.innerJoin('conflict_person', (join) =>
					join
						.onRef('conflict_person.entry_id', '=', 'conflict.entry_id')
						.onRef('conflict_person.field', '=', 'conflict.field'),
				)
				.leftJoin('user', 'user.id', 'conflict_person.person_id')
				.select(['conflict_person.person_id as id', sql<string>`coalesce(user.name, person_id)`.as('name')])
				.distinct()
				.orderBy('name')
				.execute(),
	};
}

interface Selected {
	readonly entry_id: string;
	readonly field: string;
	readonly since: string;
	readonly cause: string;
	readonly group_key: string;
	readonly values_json: string;
	readonly dispute: string | null;
	readonly profile: string;
	readonly level: string;
	readonly title: string;
	readonly date_text: string;
	readonly reference_code: string;
	readonly fonds_id: string;
	readonly access_status: string;
	readonly review_state: string;
	readonly import_row: number;
	readonly status: string;
	readonly fonds_title: string | null;
}

function conflictRowOf(row: Selected): ConflictRow {
	return {
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
	};
}
