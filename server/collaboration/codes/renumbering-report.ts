/** What a renumbering changed, entry by entry, and what is to be done anew on paper for it. */
import { sql, type SqlBool } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import { textOf, type FieldKey, type FieldValue } from '#domain/catalogue/entry.ts';
import type {
	RenumberedLine,
	RenumberingReport,
	ShownRenumbering,
} from '#domain/catalogue/reference-codes/renumbering-list.ts';
import type { ReviewState } from '#domain/catalogue/review-states.ts';
import { can, type EntryThing, type Person } from '#domain/permissions/permissions.ts';
import { visible } from '#server/catalogue/rows.ts';
import type { Storage } from '#server/storage/storage.ts';
import { redoOf } from './redo-list.ts';
import { findRenumbering, type IsUnderWay } from './renumbering-records.ts';
import { numberIn } from './renumber-batches.ts';

interface Parts {
	readonly storage: Pick<Storage, 'db'>;
	readonly thingsOf: (ids: readonly EntryId[]) => Promise<ReadonlyMap<EntryId, EntryThing>>;
	readonly isUnderWay: IsUnderWay;
}

/**
 * All about one of them that can still be told.
 * @throws {Refusal} what `findRenumbering` refuses
 */
export async function renumberingReport(
	{ storage, thingsOf, isUnderWay }: Parts,
	person: Person,
	id: string,
): Promise<RenumberingReport> {
	const shown = await findRenumbering(storage, person, id, isUnderWay);
	const lines = await (shown.order ? linesOfOrder : linesOfBatch)(storage, person, id);
	const toDo =
		shown.state === 'waiting' || shown.state === 'under-way'
			? lines
			: lines.filter(({ newCode, now }) => newCode === now);
	return {
		...shown,
		lines,
		redo: toDo.length === 0 ? [] : redoOf(toDo, await groupOf(storage, person, shown)),
		canUndo: isUndoable(shown) && (await mayEditAll(storage, person, id, thingsOf)),
	};
}

/** An order is taken back as one; and there has to be something that stands. */
function isUndoable({ order, state, changed, standing }: ShownRenumbering): boolean {
	return order === null && state !== 'under-way' && changed > 0 && standing > 0;
}

/** Taking back is about every entry of it, those that the person does not see too. */
async function mayEditAll(
	{ db }: Parts['storage'],
	person: Person,
	id: string,
	thingsOf: Parts['thingsOf'],
): Promise<boolean> {
	const rows = await db
		.selectFrom('code_event')
		.select('entry_id')
		.where('kind', '=', 'alias')
		.where('block_id', '=', id)
		.execute();
	const ids = rows.map(({ entry_id }) => entry_id as EntryId);
	const things = await thingsOf(ids);
	return ids.every((each) => {
		const thing = things.get(each);
		return thing !== undefined && can(person, 'edit', thing);
	});
}

const ENTRY = [
	'entry.id',
	'entry.title',
	'entry.reference_code',
	'entry.review_state',
	'entry.fields',
] as const;

interface LineRow {
	readonly id: string;
	readonly title: string;
	readonly reference_code: string;
	readonly review_state: string;
	readonly fields: string;
	readonly oldCode: string;
	readonly newCode: string;
	readonly field: string | null;
	readonly number: string | null;
}

async function linesOfBatch({ db }: Parts['storage'], person: Person, id: string): Promise<RenumberedLine[]> {
	const rows = await visible(db, person)
		.innerJoin('code_event as alias', 'alias.entry_id', 'entry.id')
		.select([...ENTRY, 'alias.code as oldCode', 'alias.new_code as newCode', 'alias.why as field'])
		.select(sql<null>`null`.as('number'))
		.where('alias.kind', '=', 'alias')
		.where('alias.block_id', '=', id)
		.orderBy('alias.id')
		.execute();
	return rows.map(lineOf);
}

async function linesOfOrder({ db }: Parts['storage'], person: Person, id: string): Promise<RenumberedLine[]> {
	const rows = await visible(db, person)
		.innerJoin('correction_order_row as row', 'row.entry_id', 'entry.id')
		// The number of an entry is a row of its own.
		.leftJoin('correction_order_row as own', (join) =>
			join
				.onRef('own.order_id', '=', 'row.order_id')
				.onRef('own.entry_id', '=', 'row.entry_id')
				.on('own.field', '!=', 'referenceCode'),
		)
		.select([...ENTRY, 'own.field'])
		.select([
			sql<string>`coalesce(json_extract(row.old_value, '$'), '')`.as('oldCode'),
			sql<string>`coalesce(json_extract(row.new_value, '$'), '')`.as('newCode'),
			sql<string | null>`json_extract(own.new_value, '$')`.as('number'),
		])
		.where('row.order_id', '=', id)
		.where('row.field', '=', 'referenceCode')
		.orderBy('row.position')
		.execute();
	return rows.map(lineOf);
}

function lineOf(row: LineRow): RenumberedLine {
	const field = row.field ?? '';
	return {
		id: row.id as EntryId,
		title: row.title,
		oldCode: row.oldCode,
		newCode: row.newCode,
		field,
		number: field === '' ? '' : (row.number ?? numberIn(row.newCode)),
		state: row.review_state as ReviewState,
		boxNumber: boxOf(row.fields),
		now: row.reference_code,
	};
}

/** The group as it stands: a box says the first and last code in it. */
async function groupOf({ db }: Parts['storage'], person: Person, { groupKey }: ShownRenumbering) {
	const rows = await visible(db, person)
		.innerJoin('coded_entry as code', 'code.row_id', 'entry.row_id')
		.select(['entry.id', 'entry.reference_code', 'entry.fields', 'code.number'])
		.where('code.group_key', '=', groupKey)
		.where('code.active', '=', 1)
		.where(sql<SqlBool>`code.group_key <> ''`)
		.orderBy('code.number')
		.execute();
	return rows.map(({ id, reference_code, fields, number }) => ({
		id,
		code: reference_code,
		number,
		boxNumber: boxOf(fields),
	}));
}

function boxOf(fields: string): string {
	return textOf((JSON.parse(fields) as Record<FieldKey, FieldValue>)['boxNumber']).trim();
}
