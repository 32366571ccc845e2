import { sql } from 'kysely';
import type { Clock } from '#domain/base/clock.ts';
import { isoAt } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { isDescriptive, type FieldKey, type FieldValue } from '#domain/catalogue/entry.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import { rowColumns } from '#domain/catalogue/row-columns.ts';
import { indexTokens } from '#domain/catalogue/search-tokens.ts';
import type { Attribution, ConflictingValue, EntryDetail } from '#domain/catalogue/rows.ts';
import type { EntryDocContent, EntryDocMeta } from '#sync/entry-doc.ts';
import { disputeKeyOf, disputeOf, isDisputeKey, isSameButForWidth } from '#domain/collaboration/conflicts.ts';
import { distinctValues, type FieldElement } from '#sync/field-values.ts';
import type { Statement, Storage } from '#server/storage/storage.ts';
import type { LoggedUpdate } from '#server/storage/update-log.ts';
import { conflictStatements } from './conflict-rows.ts';
import { inheritedUpdate } from './inheritance.ts';
import { replacedOnDevice } from './replaced-values.ts';

/** What a projection changed that others show: the entry itself and the child lists it left and joined. */
export interface Projected {
	readonly id: EntryId;
	readonly parents: readonly (EntryId | null)[];
	/** It went to another place: with all below it perhaps to another fonds. */
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

/** One value per field key, chosen by log position, with what disagrees. */
export interface Chosen {
	readonly values: ReadonlyMap<FieldKey, FieldValue>;
	readonly conflicts: Readonly<Record<FieldKey, readonly ConflictingValue[]>>;
	readonly disputes: EntryDetail['disputes'];
}

/** One setting as the log knows it. */
export type Setting = Attribution & Pick<ConflictingValue, 'replaced' | 'claimedAt'>;

/** Chooses the newest surviving value of every field; fields with several distinct ones are conflicts. */
export function chooseValues(content: EntryDocContent, settings: ReadonlyMap<string, Setting>): Chosen {
	const values = new Map<FieldKey, FieldValue>();
	const conflicts: Record<FieldKey, ConflictingValue[]> = {};
	const seqOf = ({ id }: FieldElement): number => settings.get(id)?.seq ?? 0;
	const newestFirst = (elements: readonly FieldElement[]): FieldElement[] =>
		[...elements].sort((a, b) => seqOf(b) - seqOf(a) || (a.id < b.id ? 1 : -1));
	for (const [key, elements] of content.elements) {
		const sorted = newestFirst(elements);
		values.set(key, (sorted[0] as FieldElement).value);
		const distinct = isDisputeKey(key) ? [] : distinctValues(sorted);
		if (distinct.length > 1)
			conflicts[key] = distinct.map((element) => conflictingValue(element, settings.get(element.id)));
	}
	const disputes: Record<FieldKey, EntryDetail['disputes'][string]> = {};
	for (const key of Object.keys(conflicts)) {
		const [said] = newestFirst(content.elements.get(disputeKeyOf(key)) ?? []);
		const standing = (content.elements.get(key) ?? []).map((element) => element.id);
		const dispute = said && disputeOf(said.value, standing);
		if (!dispute) continue;
		const setting = settings.get(said.id);
		disputes[key] = {
			reason: dispute.reason,
			actorName: setting?.actorName ?? said.by,
			at: setting?.receivedAt ?? said.at,
		};
	}
	return { values, conflicts, disputes };
}

function conflictingValue(element: FieldElement, setting: Setting | undefined): ConflictingValue {
	if (setting) {
		const { replaced, claimedAt, ...attribution } = setting;
		return { elementId: element.id, value: element.value, attribution, replaced, claimedAt };
	}
	return {
		elementId: element.id,
		value: element.value,
		attribution: {
			seq: 0,
			actorId: element.by,
			actorName: element.by,
			receivedAt: element.at,
			via: element.via ?? null,
		},
		replaced: [],
		claimedAt: element.at,
	};
}

/** Elements whose settings decide what a row shows: those of fields with several, and what is said of these fields. */
export function contestedElements(content: EntryDocContent): FieldElement[] {
	const contested: FieldElement[] = [];
	for (const [key, elements] of content.elements)
		if (elements.length > 1 && !isDisputeKey(key))
			contested.push(...elements, ...(content.elements.get(disputeKeyOf(key)) ?? []));
	return contested;
}

/** Who set or said what in some documents, by the log. */
export async function attributionsOf(
	storage: Storage,
	docNames: readonly string[],
): Promise<Map<string, Attribution>> {
	const rows = await storage.db
		.selectFrom('entry_change')
		.select(['element_id', 'seq', 'actor_id', 'actor_name', 'received_at', 'via'])
		.where('doc', 'in', docNames)
		.execute();
	return new Map(rows.map((row) => [row.element_id, attributionOf(row)]));
}

/** How the given elements of a document were set, by the log. What was brought back counts as its first author's. */
export async function settingsOf(
	storage: Storage,
	docName: string,
	elements: readonly FieldElement[],
): Promise<Map<string, Setting>> {
	if (elements.length === 0) return new Map();
	const rows = await storage.db
		.selectFrom('entry_change')
		.select([
			'element_id',
			'seq',
			'actor_id',
			'actor_name',
			'received_at',
			'via',
			'from_values',
			'claimed_at',
		])
		.where('doc', '=', docName)
		.where('element_id', 'in', [
			...elements.flatMap(({ id, via }) => (broughtBack(via) ? [id, broughtBack(via) as string] : [id])),
		])
		.execute();
	const byId = new Map(rows.map((row) => [row.element_id, row]));
	const settings = new Map<string, Setting>();
	let updates: Promise<LoggedUpdate[]> | undefined;
	for (const { id, field, via } of elements) {
		const own = byId.get(id);
		if (!own) continue;
		// Only the server brings back: what a client writes into `via` proves nothing.
		const first = (own.via?.startsWith('undo:') ? byId.get(broughtBack(via) ?? '') : undefined) ?? own;
		let replaced = JSON.parse(first.from_values) as readonly FieldValue[];
		if (replaced.length === 0)
			replaced = replacedOnDevice(await (updates ??= storage.log.read(docName)), first.seq, field);
		settings.set(id, { ...attributionOf(first), seq: own.seq, replaced, claimedAt: first.claimed_at });
	}
	return settings;
}

/** What the server writes into the `via` of an element that brings back another one. */
export function viaOfBringingBack(elementId: string): string {
	return `again:${elementId}`;
}

function broughtBack(via: string | undefined): string | undefined {
	return via?.startsWith('again:') ? via.slice('again:'.length) : undefined;
}

function attributionOf(row: {
	readonly seq: number;
	readonly actor_id: string;
	readonly actor_name: string;
	readonly received_at: string;
	readonly via: string | null;
}): Attribution {
	return {
		seq: row.seq,
		actorId: row.actor_id,
		actorName: row.actor_name,
		receivedAt: row.received_at,
		via: row.via,
	};
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
	const settings = await settingsOf(storage, `entry:${id}`, contestedElements(content));
	const { values, conflicts, disputes } = chooseValues(content, settings);
	const before = await storage.db.selectFrom('entry').selectAll().where('id', '=', id).executeTakeFirst();

	const level = String(values.get('level') ?? before?.level ?? 'item');
	const status = String(values.get('status') ?? 'active');
	const order = String(values.get('order') ?? before?.order_key ?? 'a0');
	const wanted = (values.get('parent') ?? null) as EntryId | null;
	const place = await placeOf(storage, id, wanted, before?.parent_id as EntryId | null | undefined);
	const problems = [...place.problems];
	const fields = Object.fromEntries(
		[...values]
			.filter(([key, value]) => value !== null && isDescriptive(key))
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
	if ((before?.conflict_count ?? 0) + row.conflict_count > 0)
		statements.push(...conflictStatements(storage.db, id, conflicts, disputes));
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
	return { id, parents: [...parents], isMoved, seq, trifles: triflesIn(content, conflicts) };
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
