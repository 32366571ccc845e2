import { sql } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import type { FieldValue } from '#domain/catalogue/entry.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { CarriedRow, RowOutcome } from '../orders/carry-out.ts';

const CHUNK = 500;

/** Keeps what is to be set. */
export async function writeFixRows(
	storage: Storage,
	fixId: string,
	rows: readonly CarriedRow[],
): Promise<void> {
	for (let from = 0; from < rows.length; from += CHUNK)
		await storage.batch([
			storage.db.insertInto('campaign_fix_row').values(
				rows.slice(from, from + CHUNK).map((row) => ({
					fix_id: fixId,
					position: row.position,
					entry_id: row.entryId,
					field: row.field,
					old_value: JSON.stringify(row.from),
					new_value: JSON.stringify(row.to),
					element_id: row.elementId,
					undo_element_id: row.undoElementId,
					state: 'waiting',
					why: '',
				})),
			),
		]);
}

/** Keeps what became of it. */
export async function writeOutcomes(
	storage: Storage,
	fixId: string,
	outcomes: readonly RowOutcome[],
): Promise<void> {
	const update = storage.db
		.updateTable('campaign_fix_row')
		.set({ state: '', why: '' })
		.where('fix_id', '=', '')
		.where('position', '=', 0)
		.compile().sql;
	for (let from = 0; from < outcomes.length; from += CHUNK)
		await storage.bulk([
			{
				sql: update,
				rows: outcomes
					.slice(from, from + CHUNK)
					.map(({ position, state, why }) => [state, why, fixId, position]),
			},
		]);
}

/** Forgets what was not reached: nothing of it is to be taken back. */
export async function dropUnreached({ db }: Pick<Storage, 'db'>, fixId: string): Promise<void> {
	await db
		.deleteFrom('campaign_fix_row')
		.where('fix_id', '=', fixId)
		.where('state', '=', 'waiting')
		.execute();
}

/** How many values stand that a fix set, for a statement about fixes. */
export const STANDING = sql<number>`(select count(*) from campaign_fix_row
	where fix_id = campaign_fix.id and state = 'applied')`;

/** Has fixes that something interrupted, or one of them, count as done as far as the log says that they went. */
export async function settleInterrupted(storage: Storage, fixId?: string): Promise<void> {
	const { db } = storage;
	const isMeant = (state: 'applying' | 'undoing') => {
		const fixes = db.selectFrom('campaign_fix').select('id').where('state', '=', state);
		return fixId === undefined ? fixes : fixes.where('id', '=', fixId);
	};
	const isLogged = (element: 'element_id' | 'undo_element_id') =>
		sql<boolean>`exists (select 1 from entry_change where doc = 'entry:' || campaign_fix_row.entry_id
			and element_id = ${sql.ref(`campaign_fix_row.${element}`)})`;
	const rows = db.updateTable('campaign_fix_row');
	const both = db.updateTable('campaign_fix').where('state', 'in', ['applying', 'undoing']);
	await storage.batch([
		rows
			.set({ state: 'applied' })
			.where('fix_id', 'in', isMeant('applying'))
			.where('state', '=', 'waiting')
			.where(isLogged('element_id')),
		rows
			.set({ state: 'undone' })
			.where('fix_id', 'in', isMeant('undoing'))
			.where('state', 'in', ['applied', 'waiting'])
			.where(isLogged('undo_element_id')),
		(fixId === undefined ? both : both.where('id', '=', fixId)).set({
			state: 'applied',
			edited: STANDING,
		}),
	]);
}

/** What was set, in its order. */
export async function fixRows({ db }: Pick<Storage, 'db'>, fixId: string): Promise<CarriedRow[]> {
	const rows = await db
		.selectFrom('campaign_fix_row')
		.selectAll()
		.where('fix_id', '=', fixId)
		// `waiting` after a crash: whether it was set is told by its element.
		.where('state', 'in', ['applied', 'waiting'])
		.orderBy('position')
		.execute();
	return rows.map((row) => ({
		position: row.position,
		entryId: row.entry_id as EntryId,
		field: row.field,
		from: JSON.parse(row.old_value) as FieldValue,
		to: JSON.parse(row.new_value) as FieldValue,
		elementId: row.element_id,
		undoElementId: row.undo_element_id,
	}));
}
