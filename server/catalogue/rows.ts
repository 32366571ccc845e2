import {
	sql,
	type AliasableExpression,
	type Expression,
	type Kysely,
	type RawBuilder,
	type SelectQueryBuilder,
	type SqlBool,
} from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import type { DayRange } from '#domain/catalogue/list-choice.ts';
import { NO_DATE } from '#domain/catalogue/row-dates.ts';
import type { EntryRow, RowPage } from '#domain/catalogue/rows.ts';
import type { ReviewState } from '#domain/catalogue/review-states.ts';
import { queryTokens } from '#domain/catalogue/search-tokens.ts';
import { visibleEntries, type Person } from '#domain/permissions/permissions.ts';
import type { EntryTable, Schema } from '#server/storage/schema.ts';
import type { Storage } from '#server/storage/storage.ts';
import { whoseFormerCode } from './codes/former-codes.ts';
import { isEdited } from './edited.ts';
import { asShown, dayAsShown } from './shown-entry.ts';

/** Rows of one request at most. */
export const MAX_ROWS = 1000;

const COLUMNS = [
	'entry.id',
	'entry.profile',
	'entry.order_key',
	'entry.conflict_count',
	'entry.open_threads',
	'entry.open_proposals',
	'entry.projected_seq',
	'entry.deposited_seq',
	'entry.import_row',
	'entry.status',
	'entry.synthetic',
	'entry.review_state',
] as const;

/** Words of a row: readers see others while an entry is worked on. */
const WORDS = ['level', 'title', 'reference_code', 'date_text', 'creators_text'] as const;

type Selected = Pick<
	EntryTable,
	| 'id'
	| 'parent_id'
	| 'level'
	| 'profile'
	| 'title'
	| 'reference_code'
	| 'date_text'
	| 'creators_text'
	| 'order_key'
	| 'conflict_count'
	| 'projected_seq'
	| 'deposited_seq'
	| 'status'
	| 'synthetic'
> & {
	review_state: string;
	/** A reader sees what the import said. */
	shown_row?: number | null;
	open_threads: number;
	open_proposals: number;
	import_row: number;
	child_count: number;
	import_deposited: string | null;
	edited_seq: number | null;
	/** Something that was said about it or decided is in no version. */
	review_waits: number;
	has_news: number;
};

/**
 * The children of an entry, or the top of the hierarchy, in their order. A fonds in something that the person may not see
 * stands at the top.
 */
export async function childrenOf(
	storage: Storage,
	person: Person,
	parentId: EntryId | null,
	offset: number,
	limit: number,
	chosen: ChosenRows = {},
): Promise<RowPage> {
	const query = within(visible(storage.db, person), person, chosen.days)
		.where(parentId === null ? isAtTop(person) : sql<SqlBool>`entry.parent_id = ${parentId}`)
		// What was purged still has its place; `visible` shows readers what is active.
		.where('entry.status', 'in', ['active', 'purged'])
		.where('entry.hidden', '=', 0);
	const [total, rows] = await Promise.all([
		query.select((select) => select.fn.countAll<number>().as('count')).executeTakeFirstOrThrow(),
		ordered(selectRows(storage.db, person, query), person, chosen)
			.orderBy('entry.order_key')
			.orderBy('entry.id')
			.offset(offset)
			.limit(limit)
			.execute(),
	]);
	return { total: total.count, offset, rows: (rows as Selected[]).map((row) => rowOf(row, person)) };
}

/** Entries in whose words the query occurs, and those that had a code before that begins so, in catalogue order. */
export async function searchEntries(
	storage: Storage,
	person: Person,
	text: string,
	offset: number,
	limit: number,
	chosen: ChosenRows = {},
): Promise<RowPage> {
	const tokens = queryTokens(text);
	if (tokens.phrases.length === 0 && tokens.chars.length === 0) return { total: 0, offset, rows: [] };
	const inWords =
		person.role === 'reader' ? storage.fullText.matchesShown(tokens) : storage.fullText.matches(tokens);
	const hadCode = await whoseFormerCode(storage, person, text);
	const query = within(visible(storage.db, person), person, chosen.days)
		.where(hadCode ? sql<SqlBool>`(${inWords} or ${hadCode})` : inWords)
		.where('entry.status', '=', 'active')
		.where('entry.hidden', '=', 0);
	const [total, rows] = await Promise.all([
		query.select((select) => select.fn.countAll<number>().as('count')).executeTakeFirstOrThrow(),
		ordered(selectRows(storage.db, person, query), person, chosen)
			.orderBy('entry.reference_code')
			.orderBy('entry.row_id')
			.offset(offset)
			.limit(limit)
			.execute(),
	]);
	return { total: total.count, offset, rows: (rows as Selected[]).map((row) => rowOf(row, person)) };
}

/** Every fonds, and what holds fonds together, as they follow one another in the hierarchy. */
export async function fondsRows(
	storage: Storage,
	person: Person,
	offset: number,
	limit: number,
): Promise<RowPage> {
	const query = visible(storage.db, person)
		.where(sql<SqlBool>`entry.fonds_id = entry.id`)
		.where('entry.status', '=', 'active')
		.where('entry.hidden', '=', 0);
	// A blank comes before every sign of an order key; siblings with one key follow by id.
	const wayDown = sql`coalesce((select order_key || ' ' || id || ' ' from entry as above
		where above.id = entry.parent_id), '') || entry.order_key || ' ' || entry.id`;
	const [total, rows] = await Promise.all([
		query.select((select) => select.fn.countAll<number>().as('count')).executeTakeFirstOrThrow(),
		selectRows(storage.db, person, query).orderBy(wayDown).offset(offset).limit(limit).execute(),
	]);
	return { total: total.count, offset, rows: (rows as Selected[]).map((row) => rowOf(row, person)) };
}

/** A {@link ListChoice} with its days. */
export interface ChosenRows {
	readonly days?: DayRange | undefined;
	readonly byDate?: boolean | undefined;
}

/** Only rows that may lie between two days; rows without a date never do. */
function within<Q extends SelectQueryBuilder<Schema, 'entry', object>>(
	query: Q,
	person: Person,
	days: DayRange | undefined,
): Q {
	if (!days) return query;
	const [earliest, latest] = [dayOf(person, 'date_earliest'), dayOf(person, 'date_latest')];
	return query.where(
		sql<SqlBool>`(${earliest} < ${NO_DATE} and ${earliest} <= ${days.to ?? NO_DATE} and ${latest} >= ${days.from ?? -NO_DATE})`,
	) as Q;
}

function ordered<O>(
	query: SelectQueryBuilder<Schema, 'entry', O>,
	person: Person,
	{ byDate }: ChosenRows,
): SelectQueryBuilder<Schema, 'entry', O> {
	if (!byDate) return query;
	return query
		.orderBy(sql`coalesce(${dayOf(person, 'date_earliest')}, ${NO_DATE})`)
		.orderBy(sql`coalesce(${dayOf(person, 'date_latest')}, ${NO_DATE})`);
}

function dayOf(person: Person, column: 'date_earliest' | 'date_latest'): Expression<number | null> {
	return person.role === 'reader' ? dayAsShown(column) : sql<number | null>`${sql.ref(`entry.${column}`)}`;
}

/** Rows by id, as far as the person may see them; deleted ones too. */
export async function rowsById(
	storage: Storage,
	person: Person,
	ids: readonly string[],
): Promise<EntryRow[]> {
	if (ids.length === 0) return [];
	const rows = await selectRows(
		storage.db,
		person,
		visible(storage.db, person).where('entry.id', 'in', [...ids]),
	).execute();
	return (rows as Selected[]).map((row) => rowOf(row, person));
}

/**
 * What a person may list: neither entries of imports under way, nor what `can(person, 'see', …)` denies. Deleted entries
 * and those below them only to people who can bring them back or judge that.
 */
export function visible(db: Kysely<Schema>, person: Person): SelectQueryBuilder<Schema, 'entry', object> {
	const query = db.selectFrom('entry').where(mayBeListed(person, 'entry'));
	return person.role === 'reader'
		? query.where('entry.status', '=', 'active').where('entry.hidden', '=', 0)
		: query;
}

/** The limits of a person as a condition on the entry table under the name it has in the query. */
function mayBeListed(person: Person, table: 'entry' | 'child' | 'above'): Expression<SqlBool> {
	const limits = visibleEntries(person);
	const column = (name: keyof EntryTable) => sql.ref(`${table}.${name}`);
	const conditions = [
		sql`${column('import_row')} not in (select row_id from import where state = 'staging')`,
	];
	for (const [name, allowed] of [
		['fonds_id', limits.fonds],
		['access_status', limits.accessStatuses],
	] as const)
		if (allowed !== null)
			conditions.push(allowed.length ? sql`${column(name)} in (${sql.join([...allowed])})` : sql`1 = 0`);
	if (limits.onlyShown)
		conditions.push(sql`(${column('review_state')} = 'registered' or ${column('import_row')} > 0)`);
	return sql<SqlBool>`(${sql.join(conditions, sql` and `)})`;
}

/** Who sees all that is there finds every fonds where it lies. */
function seesWhatIsAbove(person: Person): boolean {
	const { fonds, accessStatuses } = visibleEntries(person);
	return fonds === null && accessStatuses === null;
}

/** A fonds that lies in something the person may not see. */
function isCutOff(person: Person, table: 'entry' | 'own'): RawBuilder<SqlBool> {
	const column = (name: keyof EntryTable) => sql.ref(`${table}.${name}`);
	return sql<SqlBool>`(${column('fonds_id')} = ${column('id')} and ${column('parent_id')} is not null and not exists (
		select 1 from entry as above where above.id = ${column('parent_id')} and ${mayBeListed(person, 'above')}))`;
}

function isAtTop(person: Person): Expression<SqlBool> {
	if (seesWhatIsAbove(person)) return sql<SqlBool>`entry.parent_id is null`;
	return sql<SqlBool>`entry.row_id in (
		select row_id from entry where parent_id is null
		union all select row_id from entry as own where ${isCutOff(person, 'own')})`;
}

function parentAsSeen(person: Person): AliasableExpression<string | null> {
	if (seesWhatIsAbove(person)) return sql<string | null>`entry.parent_id`;
	return sql<string | null>`case when ${isCutOff(person, 'entry')} then null else entry.parent_id end`;
}

function selectRows(db: Kysely<Schema>, person: Person, query: SelectQueryBuilder<Schema, 'entry', object>) {
	const isReader = person.role === 'reader';
	const worded = isReader
		? query
				.leftJoin('shown_entry', 'shown_entry.row_id', 'entry.row_id')
				.select([...WORDS.map(asShown), 'shown_entry.row_id as shown_row'])
		: query.select(WORDS.map((column) => `entry.${column}` as const));
	return (worded as SelectQueryBuilder<Schema, 'entry', Pick<EntryTable, (typeof WORDS)[number]>>).select([
		...COLUMNS,
		parentAsSeen(person).as('parent_id'),
		db
			.selectFrom('entry as child')
			.select((select) => select.fn.countAll<number>().as('count'))
			.where('child.parent_id', '=', sql.ref<string>('entry.id'))
			.where('child.status', 'in', person.role === 'reader' ? ['active'] : ['active', 'purged'])
			// Also a number can tell of what is not to be seen.
			.where(mayBeListed(person, 'child'))
			.as('child_count'),
		db
			.selectFrom('import')
			.select('import.deposited_version')
			.where('import.row_id', '=', sql.ref<number>('entry.import_row'))
			.as('import_deposited'),
		sql<number>`(entry.last_step is distinct from entry.deposited_step
			or exists (select 1 from review where review.entry_id = entry.id and review.projected_seq > review.deposited_seq))`.as(
			'review_waits',
		),
		db
			.selectFrom('log_head')
			.select('log_head.seq')
			.where('log_head.doc', '=', sql<string>`'entry:' || entry.id`)
			.where(isEdited)
			.as('edited_seq'),
		hasNews(person).as('has_news'),
	]);
}

/**
 * Whether others have edited the entry since the person was last there. Who never was there is told nothing, and nor is
 * a reader. The building of an imported entry's document is no edit.
 */
function hasNews(person: Person): AliasableExpression<number> {
	if (person.role === 'reader') return sql<number>`0`;
	return sql<number>`exists (
		select 1 from visit join log_update as edit on edit.doc = 'entry:' || visit.entry_id and edit.seq > visit.seq
		where visit.person_id = ${person.id} and visit.entry_id = entry.id
		and edit.seq > (select min(seq) from log_update as first where first.doc = edit.doc)
		and edit.kind = 'update' and edit.actor_id <> ${person.id})`;
}

function rowOf(row: Selected, person: Person): EntryRow {
	return {
		id: row.id as EntryId,
		parentId: row.parent_id as EntryId | null,
		level: row.level,
		profile: row.profile,
		title: row.title,
		referenceCode: row.reference_code,
		dateText: row.date_text,
		creatorsText: row.creators_text,
		order: row.order_key,
		childCount: row.child_count,
		// Of work that is under way readers learn nothing.
		conflictCount: person.role === 'reader' ? 0 : row.conflict_count,
		openThreads: person.role === 'reader' ? 0 : row.open_threads,
		openProposals: person.role === 'reader' ? 0 : row.open_proposals,
		reviewState: row.review_state as ReviewState,
		hasNews: row.has_news === 1,
		state: isInArchive(row) ? 'archive' : 'server',
		status: row.status as EntryRow['status'],
		synthetic: row.synthetic === 1,
	};
}

/**
 * An edited entry is in the archive when a version holds its newest position in the log, which the row may not have come
 * up to yet; an untouched one with its import.
 */
function isInArchive(row: Selected): boolean {
	// Nothing of it waits for anything.
	if (row.status === 'purged') return true;
	const newest = typeof row.shown_row === 'number' ? 0 : (row.edited_seq ?? row.projected_seq);
	if (typeof row.shown_row !== 'number' && row.review_waits === 1) return false;
	if (newest === 0) return row.import_deposited !== null;
	return row.deposited_seq !== null && row.deposited_seq >= newest;
}
