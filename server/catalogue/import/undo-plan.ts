import { sql } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import type { Storage } from '#server/storage/storage.ts';
import { isEdited } from '../edited.ts';

/** An entry that undoing left where it is, because somebody worked on it, or stands for it. */
export interface KeptEntry {
	readonly id: EntryId;
	readonly title: string;
	readonly referenceCode: string;
}

export interface UndoOptions {
	/** Also entries that somebody has edited since. */
	readonly all: boolean;
	/** Fonds the person works with; all where it is null or left out. What went to others stays. */
	readonly fonds?: readonly EntryId[] | null;
}

/** Which entries stay, and which have a live document that must say that they go. */
export interface UndoPlan {
	/** Kept for their own sake. */
	readonly kept: readonly KeptEntry[];
	/** How many lie in fonds the person does not work with. */
	readonly elsewhere: number;
	/** All of those and everything above them. */
	readonly staying: ReadonlySet<string>;
	readonly live: readonly EntryId[];
}

/** Entries of one list of values. */
const CHUNK = 1000;

/** What undoing an import does, as things stand. */
export async function planUndo(
	storage: Storage,
	importRow: number,
	{ all, fonds = null }: UndoOptions,
): Promise<UndoPlan> {
	const { db } = storage;
	const docOf = sql<string>`'entry:' || entry.id`;
	const own = await db
		.selectFrom('entry')
		.leftJoin('log_head', (join) => join.on('log_head.doc', '=', docOf))
		.leftJoin('review', 'review.entry_id', 'entry.id')
		.select((select) => [
			'entry.id',
			'entry.title',
			'entry.reference_code',
			'entry.fonds_id',
			'entry.review_state',
			// The first update of an imported entry builds it from its row; what comes after is somebody's work.
			// What was said about an entry is somebody's work too.
			sql<number>`(review.entry_id is not null or ${isEdited(select as never)})`.as('is_edited'),
		])
		.where('entry.import_row', '=', importRow)
		.where((where) =>
			where.or([
				where.and([
					where('entry.status', '!=', 'deleted'),
					where.or([where('log_head.doc', 'is not', null), where('review.entry_id', 'is not', null)]),
				]),
				// Registered in the moment in which it went: without a document nobody but an undoing deletes it.
				where.and([where('entry.review_state', '=', 'registered'), where('log_head.doc', 'is', null)]),
			]),
		)
		.orderBy('entry.row_id')
		.execute();
	const kept = own.filter(
		({ review_state, is_edited }) => review_state === 'registered' || (!all && Number(is_edited) === 1),
	);
	const foreign = await db
		.selectFrom('entry as child')
		.innerJoin('entry as parent', 'parent.id', 'child.parent_id')
		.select(['child.id', 'child.title', 'child.reference_code', 'child.fonds_id'])
		.where('parent.import_row', '=', importRow)
		.where('child.import_row', '!=', importRow)
		.where('child.status', '=', 'active')
		.orderBy('child.row_id')
		.execute();
	const within = (id: string): boolean => fonds === null || fonds.includes(id as EntryId);
	const elsewhere =
		fonds === null
			? []
			: await db
					.selectFrom('entry')
					.select('id')
					.where('import_row', '=', importRow)
					.where('status', '!=', 'deleted')
					.where('fonds_id', 'not in', fonds)
					.execute();
	const staying = await withAncestors(
		storage,
		importRow,
		[...kept, ...foreign, ...elsewhere].map(({ id }) => id),
	);
	return {
		kept: [...kept, ...foreign]
			.filter(({ fonds_id }) => within(fonds_id))
			.map(({ id, title, reference_code }) => ({
				id: id as EntryId,
				title,
				referenceCode: reference_code,
			})),
		elsewhere: elsewhere.length + foreign.filter(({ fonds_id }) => !within(fonds_id)).length,
		staying,
		live: own.filter(({ id }) => !staying.has(id)).map(({ id }) => id as EntryId),
	};
}

/** The entries and everything above them. */
async function withAncestors(
	{ db }: Storage,
	importRow: number,
	ids: readonly string[],
): Promise<Set<string>> {
	const staying = new Set(ids);
	let level = [...ids];
	while (level.length > 0) {
		const parents = new Set<string>();
		for (let from = 0; from < level.length; from += CHUNK) {
			const rows = await db
				.selectFrom('entry')
				.innerJoin('entry as parent', 'parent.id', 'entry.parent_id')
				.select('parent.id')
				.where('entry.id', 'in', level.slice(from, from + CHUNK))
				.where('parent.import_row', '=', importRow)
				.execute();
			for (const { id } of rows) if (!staying.has(id)) parents.add(id);
		}
		for (const id of parents) staying.add(id);
		level = [...parents];
	}
	return staying;
}
