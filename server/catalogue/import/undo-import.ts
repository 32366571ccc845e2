import { sql } from 'kysely';
import type { Actor } from '#domain/base/actor.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { Storage } from '#server/storage/storage.ts';
import { isEdited } from '../edited.ts';
import { auditLine } from '#server/storage/audit.ts';

/** An entry that undoing left where it is, because somebody worked on it. */
export interface KeptEntry {
	readonly id: EntryId;
	readonly title: string;
	readonly referenceCode: string;
}

export interface UndoResult {
	readonly withdrawn: number;
	readonly kept: readonly KeptEntry[];
}

/** What undoing works with. */
interface UndoParts {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly setStatusDeleted: (ids: readonly EntryId[], actor: Actor) => Promise<void>;
}

/** Entries of one transaction, and of one list of values. */
const CHUNK = 1000;

/** Which entries stay, and which have a live document that must say that they go. */
interface Plan {
	/** Kept for their own sake. */
	readonly kept: readonly KeptEntry[];
	/** Those and everything above them. */
	readonly staying: ReadonlySet<string>;
	readonly live: readonly EntryId[];
}

/**
 * Withdraws the entries of an import: their status becomes `deleted`, the rows stay as tombstones. Safe to be
 * interrupted and run again.
 * @throws {Refusal} 'import.unknown' (404), 'import.already-undone' (409), 'import.registered' (409)
 */
export async function undoImport(
	parts: UndoParts,
	importId: string,
	{ all }: { readonly all: boolean },
	actor: Actor,
): Promise<UndoResult> {
	const { storage, clock } = parts;
	const { db } = storage;
	const found = await db
		.selectFrom('import')
		.select(['row_id', 'state'])
		.where('id', '=', importId)
		.where('state', '!=', 'staging')
		.executeTakeFirst();
	if (!found) throw new Refusal('import.unknown', { id: importId }, 404);
	// Undone with edited entries kept, it may be undone once more with these.
	if (found.state === 'undone' && !all) throw new Refusal('import.already-undone', { id: importId }, 409);

	await refuseRegistered(storage, found.row_id);
	const now = isoAt(clock);
	let withdrawn = 0;
	let plan = await planOf(storage, found.row_id, all);
	const told = new Set<string>();
	for (;;) {
		withdrawn += await withdrawUntouched(storage, found.row_id, plan.staying, now);
		const toTell = plan.live.filter((id) => !told.has(id));
		if (toTell.length > 0) await parts.setStatusDeleted(toTell, actor);
		toTell.forEach((id) => told.add(id));
		withdrawn += toTell.length;
		// Somebody may have begun to edit meanwhile: then it is planned again, and what stays above it comes back.
		const next = await planOf(storage, found.row_id, all);
		withdrawn -= await bringBack(storage, found.row_id, next.staying, now);
		const isSettled =
			[...next.staying].every((id) => plan.staying.has(id)) && next.live.every((id) => told.has(id));
		plan = next;
		if (isSettled) break;
	}
	await storage.batch([
		db.updateTable('import').set({ state: 'undone' }).where('row_id', '=', found.row_id),
		db.insertInto('import_event').values({
			import_id: importId,
			kind: 'undone',
			detail: JSON.stringify({ all, withdrawn, kept: plan.kept.map(({ id }) => id) }),
			actor_id: actor.id,
			at: now,
		}),
		auditLine(storage, clock, actor, 'import.undo', `import:${importId}`, {
			all,
			withdrawn,
			kept: plan.kept.length,
		}),
	]);
	return { withdrawn, kept: plan.kept };
}

/** What two people stand for does not go away with an import. */
async function refuseRegistered({ db }: Storage, importRow: number): Promise<void> {
	const { count } = await db
		.selectFrom('entry')
		.select((select) => select.fn.countAll<number>().as('count'))
		.where('import_row', '=', importRow)
		.where('review_state', '=', 'registered')
		.executeTakeFirstOrThrow();
	if (count > 0) throw new Refusal('import.registered', { count }, 409);
}

async function planOf(storage: Storage, importRow: number, all: boolean): Promise<Plan> {
	const { db } = storage;
	const docOf = sql<string>`'entry:' || entry.id`;
	const live = await db
		.selectFrom('entry')
		.leftJoin('log_head', (join) => join.on('log_head.doc', '=', docOf))
		.leftJoin('review', 'review.entry_id', 'entry.id')
		.select((select) => [
			'entry.id',
			'entry.title',
			'entry.reference_code',
			// The first update of an imported entry builds it from its row; what comes after is somebody's work.
			// What was said about an entry is somebody's work too.
			sql<number>`(review.entry_id is not null or ${isEdited(select as never)})`.as('is_edited'),
		])
		.where('entry.import_row', '=', importRow)
		.where('entry.status', '!=', 'deleted')
		.where((where) =>
			where.or([where('log_head.doc', 'is not', null), where('review.entry_id', 'is not', null)]),
		)
		.orderBy('entry.row_id')
		.execute();
	const edited = live.filter((row) => Number(row.is_edited) === 1);
	const foreign = await db
		.selectFrom('entry as child')
		.innerJoin('entry as parent', 'parent.id', 'child.parent_id')
		.select(['child.id', 'child.title', 'child.reference_code', 'child.parent_id'])
		.where('parent.import_row', '=', importRow)
		.where('child.import_row', '!=', importRow)
		.where('child.status', '=', 'active')
		.orderBy('child.row_id')
		.execute();
	const kept = all ? foreign : [...edited, ...foreign];
	const staying = await withAncestors(
		storage,
		importRow,
		kept.map(({ id }) => id),
	);
	return {
		kept: kept.map(({ id, title, reference_code }) => ({
			id: id as EntryId,
			title,
			referenceCode: reference_code,
		})),
		staying,
		live: live.filter(({ id }) => !staying.has(id)).map(({ id }) => id as EntryId),
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

/** Entries without a live document: their row is all there is. Answers how many went. */
async function withdrawUntouched(
	storage: Storage,
	importRow: number,
	staying: ReadonlySet<string>,
	now: string,
): Promise<number> {
	const { db } = storage;
	let withdrawn = 0;
	for (let last = -1; ;) {
		const rows = await db
			.selectFrom('entry')
			.select(['id', 'row_id'])
			.where('import_row', '=', importRow)
			.where('row_id', '>', last)
			.where('status', '=', 'active')
			.orderBy('row_id')
			.limit(CHUNK)
			.execute();
		const end = rows.at(-1);
		if (!end) return withdrawn;
		last = end.row_id;
		const going = rows.filter(({ id }) => !staying.has(id)).map(({ id }) => id);
		if (going.length === 0) continue;
		const { numUpdatedRows } = await db
			.updateTable('entry')
			.set({ status: 'deleted', updated_at: now })
			.where('id', 'in', going)
			.where(({ not, exists, selectFrom }) =>
				not(
					exists(
						selectFrom('log_head')
							.select('log_head.doc')
							.where('log_head.doc', '=', sql<string>`'entry:' || entry.id`),
					),
				),
			)
			.executeTakeFirst();
		withdrawn += Number(numUpdatedRows);
	}
}

/** Entries above something that stays after all. Answers how many came back. */
async function bringBack(
	{ db }: Storage,
	importRow: number,
	staying: ReadonlySet<string>,
	now: string,
): Promise<number> {
	let back = 0;
	const ids = [...staying];
	for (let from = 0; from < ids.length; from += CHUNK) {
		const { numUpdatedRows } = await db
			.updateTable('entry')
			.set({ status: 'active', updated_at: now })
			.where('id', 'in', ids.slice(from, from + CHUNK))
			.where('import_row', '=', importRow)
			.where('status', '=', 'deleted')
			.where(({ not, exists, selectFrom }) =>
				not(
					exists(
						selectFrom('log_head')
							.select('log_head.doc')
							.where('log_head.doc', '=', sql<string>`'entry:' || entry.id`),
					),
				),
			)
			.executeTakeFirst();
		back += Number(numUpdatedRows);
	}
	return back;
}
