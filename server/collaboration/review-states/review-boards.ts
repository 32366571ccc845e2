import { sql, type Expression, type SelectQueryBuilder, type SqlBool } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { BOARDS, type Board, type BoardPage, type BoardRow } from '#domain/catalogue/review-states.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { lastSteps } from '#server/catalogue/review-facts.ts';
import { rowsById, visible } from '#server/catalogue/rows.ts';
import type { Schema } from '#server/storage/schema.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Rows of one answer at most. */
const MAX_ROWS = 200;

/** What waits for whom. */
export interface ReviewBoards {
	/**
	 * What came first first.
	 * @throws {Refusal} 'permissions.denied' (403) for readers
	 */
	page(person: Person, board: Board, offset: number, limit: number): Promise<BoardPage>;
	counts(person: Person): Promise<Readonly<Record<Board, number>>>;
	/** How many wait for the person to judge or to correct them; undefined for who has no part in that. */
	work(person: Person): Promise<number | undefined>;
}

/** Reads the boards from the rows. */
export function createReviewBoards({ storage }: { readonly storage: Storage }): ReviewBoards {
	const { db } = storage;

	function on(person: Person, board: Board): SelectQueryBuilder<Schema, 'entry', object> {
		if (person.role === 'reader')
			throw new Refusal('permissions.denied', { action: 'see', thing: 'review' }, 403);
		const entries = visible(db, person).where('entry.status', '=', 'active').where('entry.hidden', '=', 0);
		if (board === 'waiting')
			return entries
				.where('entry.review_state', 'in', ['submitted', 'verified'])
				.where((where) =>
					where.or([where('entry.submitted_by', 'is', null), where('entry.submitted_by', '!=', person.id)]),
				)
				.where(({ not }) => not(isMine(person)));
		if (board === 'returned')
			return entries
				.where('entry.review_state', '=', 'returned')
				.where((where) => where.or([where('entry.submitted_by', '=', person.id), isMine(person)]));
		return entries.where('entry.review_state', '=', 'draft').where(isMine(person));
	}

	const boards: ReviewBoards = {
		async page(person, board, offset, limit) {
			const query = on(person, board);
			const [{ total }, found] = await Promise.all([
				query.select((select) => select.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
				query
					.select(['entry.id', 'entry.projected_seq'])
					.orderBy('entry.updated_at')
					.orderBy('entry.id')
					.offset(offset)
					.limit(Math.min(limit, MAX_ROWS))
					.execute(),
			]);
			const ids = found.map(({ id }) => id as EntryId);
			const [rows, steps, editors] = await Promise.all([
				rowsById(storage, person, ids),
				lastSteps(storage, ids),
				editorsOf(ids),
			]);
			const byId = new Map(rows.map((row) => [row.id as string, row]));
			return {
				total,
				offset,
				rows: found.flatMap(({ id, projected_seq: seq }): BoardRow[] => {
					const row = byId.get(id);
					const entryId = id as EntryId;
					return row ? [{ ...row, seq, last: steps.get(entryId), editors: editors.get(entryId) ?? [] }] : [];
				}),
			};
		},
		async counts(person) {
			const [drafts = 0, waiting = 0, returned = 0] = await Promise.all(
				BOARDS.map(
					async (board) =>
						(
							await on(person, board)
								.select((select) => select.fn.countAll<number>().as('count'))
								.executeTakeFirstOrThrow()
						).count,
				),
			);
			return { drafts, waiting, returned };
		},
		async work(person) {
			if (person.role === 'reader') return undefined;
			const { waiting, returned } = await boards.counts(person);
			return waiting + returned;
		},
	};
	return boards;

	async function editorsOf(ids: readonly EntryId[]): Promise<ReadonlyMap<EntryId, readonly string[]>> {
		const names = new Map<EntryId, string[]>();
		if (ids.length === 0) return names;
		const rows = await db
			.selectFrom('entry_editor')
			.select(['entry_id', 'name'])
			.where('entry_id', 'in', [...ids])
			.orderBy('at')
			.execute();
		for (const { entry_id, name } of rows) {
			const known = names.get(entry_id as EntryId) ?? [];
			names.set(entry_id as EntryId, [...known, name]);
		}
		return names;
	}
}

/** The person changed the entry since it was registered last. */
function isMine(person: Person): Expression<SqlBool> {
	return sql<SqlBool>`entry.id in (select entry_id from entry_editor where person_id = ${person.id})`;
}
