import { CompiledQuery, sql, type Kysely, type Selectable, type Updateable } from 'kysely';
import type { Clock } from '#domain/base/clock.ts';
import { isoAt } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { isDescriptive, type FieldKey, type FieldValue } from '#domain/catalogue/entry.ts';
import { isOwnFonds } from '#domain/catalogue/profile.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import { dayOfInstant } from '#domain/catalogue/archival-date/days.ts';
import { rowDates } from '#domain/catalogue/row-dates.ts';
import { rowColumns } from '#domain/catalogue/row-columns.ts';
import { indexTokens } from '#domain/catalogue/search-tokens.ts';
import type { EntryDocContent, EntryDocMeta } from '#sync/entry-doc.ts';
import { isSameButForWidth } from '#domain/collaboration/conflicts.ts';
import type { EntryTable, Schema } from '#server/storage/schema.ts';
import type { Statement, Storage } from '#server/storage/storage.ts';
import { chooseValues, contestedElements, type Chosen } from './chosen-values.ts';
import { settingsOf, settingsOfMany } from './element-settings.ts';
import { conflictStatements } from './conflict-rows.ts';
import { inheritedUpdate } from './inheritance.ts';
import { keepShown } from './shown-entry.ts';

/** What a projection changed that others show: the entry itself and the child lists it left and joined. */
export interface Projected {
	readonly id: EntryId;
	readonly parents: readonly (EntryId | null)[];
	/** It went to another place, became a fonds, or is none any more: with all below it perhaps it is in another fonds. */
	readonly isMoved: boolean;
	readonly seq: number;
	/** Conflicts in which nothing but blanks and width differ. */
	readonly trifles: readonly Trifle[];
}

/** A conflict that needs nobody: the elements that stand, and the newest of their values. */
export interface Trifle {
	readonly field: FieldKey;
	readonly elements: readonly string[];
	readonly value: FieldValue;
}

/** What is to be written of one document. */
export interface Projecting {
	readonly id: EntryId;
	readonly meta: EntryDocMeta;
	readonly content: EntryDocContent;
	/** Log position the content holds. */
	readonly seq: number;
}

/**
 * Writes what a live document says into its row and the index, in one transaction, with all that descendants inherit.
 * A move under one's own descendant is not followed: the row keeps its place and says `catalogue.parent-loop`.
 */
export async function project(
	parts: { storage: Storage; clock: Clock },
	projecting: Projecting,
): Promise<Projected> {
	const { storage } = parts;
	const { id, content } = projecting;
	const settings = await settingsOf(storage, `entry:${id}`, contestedElements(content));
	const before = await storage.db.selectFrom('entry').selectAll().where('id', '=', id).executeTakeFirst();
	const chosen = chooseValues(content, settings);
	const wanted = (chosen.values.get('parent') ?? null) as EntryId | null;
	const place = await placeOf(storage, id, wanted, before?.parent_id as EntryId | null | undefined);
	const written = rowStatements(parts, projecting, chosen, place, before);
	await storage.batch(written.statements);
	return written.projected;
}

/**
 * The same for many documents, in one transaction where they keep their places. New entries and moves come one after
 * the other: each place is judged by where the others are by then.
 */
export async function projectMany(
	parts: { storage: Storage; clock: Clock },
	projectings: readonly Projecting[],
): Promise<Projected[]> {
	const { storage } = parts;
	const rows = await storage.db
		.selectFrom('entry')
		.selectAll()
		.where(
			'id',
			'in',
			projectings.map(({ id }) => id),
		)
		.execute();
	const befores = new Map(rows.map((row) => [row.id, row]));
	const settings = await settingsOfMany(
		storage,
		new Map(projectings.map(({ id, content }) => [`entry:${id}`, contestedElements(content)])),
	);
	const statements: Statement[] = [];
	const projected: Projected[] = [];
	const others: Projecting[] = [];
	for (const projecting of projectings) {
		const { id, content } = projecting;
		const before = befores.get(id);
		const chosen = chooseValues(content, settings.get(`entry:${id}`) ?? new Map());
		const parentId = (chosen.values.get('parent') ?? null) as EntryId | null;
		if (!before || before.parent_id !== parentId) {
			others.push(projecting);
			continue;
		}
		const written = rowStatements(parts, projecting, chosen, { parentId, problems: [] }, before);
		statements.push(...written.statements);
		projected.push(written.projected);
	}
	if (statements.length > 0) await storage.batch(statements);
	for (const each of others) projected.push(await project(parts, each));
	return projected;
}

/** The statements that write a document into its row, for a place that was judged. */
function rowStatements(
	{ storage, clock }: { storage: Storage; clock: Clock },
	{ id, meta, content, seq }: Projecting,
	{ values, conflicts, disputes }: Chosen,
	place: { readonly parentId: EntryId | null; readonly problems: readonly string[] },
	before: Selectable<EntryTable> | undefined,
): { readonly statements: readonly Statement[]; readonly projected: Projected } {
	const now = isoAt(clock);
	const level = String(values.get('level') ?? before?.level ?? 'item');
	const status = String(values.get('status') ?? 'active');
	const fields = Object.fromEntries(
		[...values]
			.filter(([key, value]) => value !== null && isDescriptive(key))
			.sort(([a], [b]) => (a < b ? -1 : 1)),
	);
	const profile = profileOf(meta.profile);
	const columns = rowColumns(profile, { level, fields, bodies: content.bodies });
	const days = rowDates(fields, dayOfInstant(now));
	const row = {
		parent_id: place.parentId,
		order_key: String(values.get('order') ?? before?.order_key ?? 'a0'),
		level,
		profile: meta.profile,
		status,
		title: columns.title,
		reference_code: columns.referenceCode,
		date_text: columns.dateText,
		date_earliest: days.earliest,
		date_latest: days.latest,
		creators_text: columns.creatorsText,
		fields: JSON.stringify(fields),
		bodies: JSON.stringify(content.bodies),
		own_access: columns.ownAccess,
		conflict_count: Object.keys(conflicts).length,
		problems: place.problems.length ? JSON.stringify(place.problems) : null,
		projected_seq: seq,
		updated_at: now,
	};
	const statements: Statement[] = [];
	if (before) {
		statements.push(...keepShown(storage, before));
		statements.push(updateOf(storage.db, row, id, seq));
		// What was verified is not what stands now: it has to be looked at again.
		if (before.review_state === 'verified')
			statements.push(
				storage.db
					.updateTable('entry')
					.set({ review_state: 'submitted' })
					.where('id', '=', id)
					.where('review_state', '=', 'verified')
					.where('reviewed_seq', '<', seq)
					.where(isSaidSince(storage.db, id)),
			);
	} else {
		statements.push(
			storage.db
				.insertInto('entry')
				.values({
					...row,
					id,
					fonds_id: id,
					access_status: 'notReviewed',
					hidden: 0,
					import_row: 0,
					synthetic: sql<number>`coalesce((select synthetic from entry as parent where parent.id = ${place.parentId}), 0)`,
					deposited_seq: null,
					created_at: now,
				})
				.onConflict((conflict) => conflict.column('id').doNothing()),
		);
	}
	if (before?.review_state !== 'registered')
		statements.push(editorsSince(storage.db, id, before?.projected_seq ?? 0));
	if ((before?.conflict_count ?? 0) + row.conflict_count > 0)
		statements.push(...conflictStatements(storage.db, id, conflicts, disputes));
	const isWordedAlike =
		before?.fields === row.fields &&
		before.bodies === row.bodies &&
		before.level === level &&
		before.profile === row.profile;
	if (!isWordedAlike) statements.push(...storage.fullText.upsert(id, indexTokens(columns.searchText)));
	const isMoved =
		before !== undefined &&
		(before.parent_id !== place.parentId || isOwnFonds(profile, before.level) !== isOwnFonds(profile, level));
	const inheritanceChanged =
		!before || isMoved || before.status !== status || before.own_access !== columns.ownAccess;
	if (inheritanceChanged) statements.push(inheritedUpdate(storage.db, id));
	const parents = new Set<EntryId | null>([place.parentId]);
	if (before) parents.add(before.parent_id as EntryId | null);
	return {
		statements,
		projected: { id, parents: [...parents], isMoved, seq, trifles: triflesIn(content, conflicts) },
	};
}

/** Somebody changed the entry since it was verified; the code it gets on being registered is no change of anybody's. */
function isSaidSince(db: Kysely<Schema>, id: EntryId) {
	return db
		.selectFrom('log_update')
		.select(sql<boolean>`count(*) > 0`.as('is_said'))
		.where('doc', '=', `entry:${id}`)
		.where('seq', '>', sql.ref<number>('entry.reviewed_seq'))
		.where(sql<boolean>`(via is null or via not in ('register', 'import'))`);
}

/**
 * Who changed an entry after a log position: their own work they may not approve. What was proposed by somebody else
 * they have checked already.
 */
function editorsSince(db: Kysely<Schema>, id: EntryId, seq: number): Statement {
	return sql`insert into entry_editor (entry_id, person_id, name, at)
		select ${id}, actor_id, actor_name, max(received_at) from log_update
		where doc = ${`entry:${id}`} and seq > ${seq} and actor_id <> 'server'
			and (via is null or not (via in ('import', 'register') or via like 'proposal:%' or via like 'order:%'))
		group by actor_id
		on conflict do update set name = excluded.name, at = max(at, excluded.at)`.compile(db);
}

// Compiled for each of many rows it would take longer than it runs.
const compiledUpdates = new WeakMap<Kysely<Schema>, string>();

/** Writes a row anew, unless it is ahead already. The same columns in the same order every time. */
function updateOf(
	db: Kysely<Schema>,
	row: Updateable<EntryTable> & Readonly<Record<string, unknown>>,
	id: EntryId,
	seq: number,
): Statement {
	let update = compiledUpdates.get(db);
	if (update === undefined) {
		update = db
			.updateTable('entry')
			.set(row)
			.where('id', '=', id)
			.where('projected_seq', '<=', seq)
			.compile().sql;
		compiledUpdates.set(db, update);
	}
	return CompiledQuery.raw(update, [...Object.values(row), id, seq]);
}

function triflesIn(content: EntryDocContent, conflicts: Chosen['conflicts']): Trifle[] {
	return Object.entries(conflicts).flatMap(([field, [newest, ...others]]) =>
		newest && others.every(({ value }) => isSameButForWidth(value, newest.value))
			? [
					{
						field,
						elements: (content.elements.get(field) ?? []).map((element) => element.id),
						value: newest.value,
					},
				]
			: [],
	);
}

async function placeOf(
	storage: Storage,
	id: EntryId,
	wanted: EntryId | null,
	current: EntryId | null | undefined,
): Promise<{ parentId: EntryId | null; problems: string[] }> {
	if (wanted === null || wanted === current) return { parentId: wanted, problems: [] };
	const ancestors = await sql<{ id: string }>`
		with recursive up(id, parent_id) as (
			select id, parent_id from entry where id = ${wanted}
			union select entry.id, entry.parent_id from entry join up on entry.id = up.parent_id
		) select id from up`.execute(storage.db);
	if (ancestors.rows.length === 0)
		return { parentId: current ?? null, problems: ['catalogue.parent-missing'] };
	if (ancestors.rows.some((row) => row.id === id))
		return { parentId: current ?? null, problems: ['catalogue.parent-loop'] };
	return { parentId: wanted, problems: [] };
}
