import { sql } from 'kysely';
import type { Actor } from '#domain/base/actor.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { Storage } from '#server/storage/storage.ts';
import { auditLine } from '#server/storage/audit.ts';
import { planUndo, type KeptEntry, type UndoOptions } from './undo-plan.ts';

export interface UndoResult {
	readonly withdrawn: number;
	readonly kept: readonly KeptEntry[];
	/** How many stay that went to fonds the person does not work with. */
	readonly elsewhere: number;
}

/** Answers with those that take no more edits, since somebody registered them meanwhile. */
export type SetStatusDeleted = (ids: readonly EntryId[], actor: Actor) => Promise<readonly EntryId[]>;

/** What undoing works with. */
interface UndoParts {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly setStatusDeleted: SetStatusDeleted;
}

/** Entries of one transaction, and of one list of values. */
const CHUNK = 1000;

/** What an undoing leaves first. */
const BEGUN = 'undo-begun';

/**
 * Withdraws the entries of an import: their status becomes `deleted`, the rows stay as tombstones. Safe to be
 * interrupted and run again.
 * @throws {Refusal} 'import.unknown' (404), 'import.already-undone' (409), 'import.registered' (409)
 */
export async function undoImport(
	parts: UndoParts,
	importId: string,
	options: UndoOptions,
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
	const { all, fonds = null } = options;
	const now = isoAt(clock);
	// What is half withdrawn goes on, whatever was registered since.
	if (!(await begunUndos(storage)).some((begun) => begun.importId === importId)) {
		if (found.state === 'undone' && !all) throw new Refusal('import.already-undone', { id: importId }, 409);
		await refuseRegistered(storage, found.row_id);
		await db
			.insertInto('import_event')
			.values({
				import_id: importId,
				kind: BEGUN,
				detail: JSON.stringify({ all, fonds, actor }),
				actor_id: actor.id,
				at: now,
			})
			.execute();
	}
	let withdrawn = 0;
	let plan = await planUndo(storage, found.row_id, options);
	const told = new Set<string>();
	for (;;) {
		withdrawn += await withdrawUntouched(storage, found.row_id, plan.staying, now);
		const toTell = plan.live.filter((id) => !told.has(id));
		const registered = toTell.length > 0 ? await parts.setStatusDeleted(toTell, actor) : [];
		toTell.forEach((id) => told.add(id));
		withdrawn += toTell.length - registered.length;
		// Somebody may have begun to edit meanwhile, or registered: then it is planned again, and what stays above it comes back.
		const next = await planUndo(storage, found.row_id, options);
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
			detail: JSON.stringify({
				all,
				withdrawn,
				kept: plan.kept.map(({ id }) => id),
				elsewhere: plan.elsewhere,
			}),
			actor_id: actor.id,
			at: now,
		}),
		auditLine(storage, clock, actor, 'import.undo', `import:${importId}`, {
			all,
			withdrawn,
			kept: plan.kept.length,
			elsewhere: plan.elsewhere,
		}),
	]);
	return { withdrawn, kept: plan.kept, elsewhere: plan.elsewhere };
}

/** An undoing that was begun and stopped half done. */
export interface BegunUndo {
	readonly importId: string;
	readonly options: UndoOptions;
	readonly actor: Actor;
}

/** Undoings that a crash or a failure stopped half done. */
export async function begunUndos({ db }: Storage): Promise<BegunUndo[]> {
	const rows = await db
		.selectFrom('import_event as event')
		.select(['event.import_id', 'event.detail'])
		.where('event.kind', '=', BEGUN)
		.where(({ not, exists, selectFrom }) =>
			not(
				exists(
					selectFrom('import_event as later')
						.select('later.id')
						.whereRef('later.import_id', '=', 'event.import_id')
						.whereRef('later.id', '>', 'event.id'),
				),
			),
		)
		.orderBy('event.id')
		.execute();
	return rows.map(({ import_id, detail }) => {
		const { actor, ...options } = JSON.parse(detail) as UndoOptions & { readonly actor: Actor };
		return { importId: import_id, options, actor };
	});
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
			.where('review_state', '!=', 'registered')
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
