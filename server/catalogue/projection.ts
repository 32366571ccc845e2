import { sql } from 'kysely';
import type { Clock } from '#domain/base/clock.ts';
import { isoAt } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { STRUCTURAL_FIELDS, type FieldKey, type FieldValue } from '#domain/catalogue/entry.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import { rowColumns } from '#domain/catalogue/row-columns.ts';
import { indexTokens } from '#domain/catalogue/search-tokens.ts';
import type { Attribution, ConflictingValue } from '#domain/catalogue/rows.ts';
import type { EntryDocContent, EntryDocMeta } from '#sync/entry-doc.ts';
import { distinctValues, type FieldElement } from '#sync/field-values.ts';
import type { Statement, Storage } from '#server/storage/storage.ts';
import { inheritedUpdate } from './inheritance.ts';

/** What a projection changed that others show: the entry itself and the child lists it left and joined. */
export interface Projected {
	readonly id: EntryId;
	readonly parents: readonly (EntryId | null)[];
	/** It went to another place: with all below it perhaps to another fonds. */
	readonly isMoved: boolean;
	readonly seq: number;
}

/** One value per field key, chosen by log position, with what disagrees. */
export interface Chosen {
	readonly values: ReadonlyMap<FieldKey, FieldValue>;
	readonly conflicts: Readonly<Record<FieldKey, readonly ConflictingValue[]>>;
}

/** Chooses the newest surviving value of every field; fields with several distinct ones are conflicts. */
export function chooseValues(
	content: EntryDocContent,
	attributions: ReadonlyMap<string, Attribution>,
): Chosen {
	const values = new Map<FieldKey, FieldValue>();
	const conflicts: Record<FieldKey, ConflictingValue[]> = {};
	for (const [key, elements] of content.elements) {
		const newestFirst = [...elements].sort(
			(a, b) => seqOf(b, attributions) - seqOf(a, attributions) || (a.id < b.id ? 1 : -1),
		);
		values.set(key, (newestFirst[0] as FieldElement).value);
		const distinct = distinctValues(newestFirst);
		if (distinct.length > 1)
			conflicts[key] = distinct.map((element) => ({
				elementId: element.id,
				value: element.value,
				attribution: attributions.get(element.id) ?? {
					seq: 0,
					actorId: element.by,
					actorName: element.by,
					receivedAt: element.at,
					via: element.via ?? null,
				},
			}));
	}
	return { values, conflicts };
}

function seqOf(element: FieldElement, attributions: ReadonlyMap<string, Attribution>): number {
	return attributions.get(element.id)?.seq ?? 0;
}

/** Who set the given elements of a document, by the log. */
export async function attributionsOf(
	storage: Storage,
	docName: string,
	elementIds?: readonly string[],
): Promise<Map<string, Attribution>> {
	let query = storage.db
		.selectFrom('entry_change')
		.select(['element_id', 'seq', 'actor_id', 'actor_name', 'received_at', 'via'])
		.where('doc', '=', docName);
	if (elementIds) {
		if (elementIds.length === 0) return new Map();
		query = query.where('element_id', 'in', [...elementIds]);
	}
	const found = new Map<string, Attribution>();
	for (const row of await query.execute())
		found.set(row.element_id, {
			seq: row.seq,
			actorId: row.actor_id,
			actorName: row.actor_name,
			receivedAt: row.received_at,
			via: row.via,
		});
	return found;
}

/**
 * Writes what a live document says into its row and the index, in one transaction, with all that descendants inherit.
 * A move under one's own descendant is not followed: the row keeps its place and says `catalogue.parent-loop`.
 * @param seq log position the content holds
 */
export async function project(
	parts: { storage: Storage; clock: Clock },
	id: EntryId,
	meta: EntryDocMeta,
	content: EntryDocContent,
	seq: number,
): Promise<Projected> {
	const { storage } = parts;
	const now = isoAt(parts.clock);
	const disputed = [...content.elements.values()].filter((elements) => elements.length > 1).flat();
	const attributions = await attributionsOf(
		storage,
		`entry:${id}`,
		disputed.map((element) => element.id),
	);
	const { values, conflicts } = chooseValues(content, attributions);
	const before = await storage.db.selectFrom('entry').selectAll().where('id', '=', id).executeTakeFirst();

	const level = String(values.get('level') ?? before?.level ?? 'item');
	const status = String(values.get('status') ?? 'active');
	const order = String(values.get('order') ?? before?.order_key ?? 'a0');
	const wanted = (values.get('parent') ?? null) as EntryId | null;
	const place = await placeOf(storage, id, wanted, before?.parent_id as EntryId | null | undefined);
	const problems = [...place.problems];
	const fields = Object.fromEntries(
		[...values]
			.filter(([key, value]) => value !== null && !(STRUCTURAL_FIELDS as readonly string[]).includes(key))
			.sort(([a], [b]) => (a < b ? -1 : 1)),
	);
	const columns = rowColumns(profileOf(meta.profile), { level, fields, bodies: content.bodies });
	const row = {
		parent_id: place.parentId,
		order_key: order,
		level,
		profile: meta.profile,
		status,
		title: columns.title,
		reference_code: columns.referenceCode,
		date_text: columns.dateText,
		creators_text: columns.creatorsText,
		fields: JSON.stringify(fields),
		bodies: JSON.stringify(content.bodies),
		own_access: columns.ownAccess,
		conflicts: Object.keys(conflicts).length ? JSON.stringify(conflicts) : null,
		conflict_count: Object.keys(conflicts).length,
		problems: problems.length ? JSON.stringify(problems) : null,
		projected_seq: seq,
		updated_at: now,
	};
	const statements: Statement[] = [];
	if (before) {
		statements.push(
			storage.db.updateTable('entry').set(row).where('id', '=', id).where('projected_seq', '<=', seq),
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
	const tokens = indexTokens(columns.searchText);
	statements.push(...storage.fullText.upsert(id, tokens));
	const inheritanceChanged =
		!before ||
		before.parent_id !== place.parentId ||
		before.status !== status ||
		before.own_access !== columns.ownAccess;
	if (inheritanceChanged) statements.push(inheritedUpdate(storage.db, id));
	await storage.batch(statements);
	const parents = new Set<EntryId | null>([place.parentId]);
	if (before) parents.add(before.parent_id as EntryId | null);
	const isMoved = before !== undefined && before.parent_id !== place.parentId;
	return { id, parents: [...parents], isMoved, seq };
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
