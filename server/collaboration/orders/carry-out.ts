import type * as Y from 'yjs';
import type { Actor } from '#domain/base/actor.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import type { OrderRowState } from '#domain/collaboration/orders.ts';
import { isSameValue } from '#domain/catalogue/same-value.ts';
import { entryDocName } from '#sync/entry-doc.ts';
import { distinctValues, elementsOf, fieldValuesOf, haveSameIds, setField } from '#sync/field-values.ts';
import { viaOfBringingBack } from '#server/catalogue/element-settings.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { BulkRunning } from '../bulk-edits.ts';
import type { Collaboration } from '../collaboration.ts';

/** Documents whose log is asked for in one statement. */
const DOCS_AT_ONCE = 500;

/** One row as it is carried out. */
export interface CarriedRow {
	readonly position: number;
	readonly entryId: EntryId;
	readonly field: FieldKey;
	readonly from: FieldValue;
	readonly to: FieldValue;
	readonly elementId: string;
	readonly undoElementId: string;
}

/** What became of a row. */
export interface RowOutcome {
	readonly position: number;
	readonly state: OrderRowState;
	readonly why: string;
}

/** What became of the rows that were reached, and whether all were. */
export interface Carried {
	readonly rows: readonly RowOutcome[];
	readonly isWhole: boolean;
	/** Rows that were not reached. */
	readonly left: number;
}

interface Parts {
	readonly storage: Storage;
	readonly collaboration: Pick<Collaboration, 'editMany'>;
}

/**
 * Sets what rows say, wherever the field still says what it said when the order was made, and nothing else. A row whose
 * element is in the log already is done: nothing is set twice.
 */
export async function applyRows(
	{ storage, collaboration }: Parts,
	rows: readonly CarriedRow[],
	setting: { readonly actor: Actor; readonly at: string },
	running: BulkRunning,
): Promise<Carried> {
	const logged = await loggedSettings(storage, rows);
	const isDone = (row: CarriedRow): boolean =>
		logged(row).some(({ elementId }) => elementId === row.elementId);
	const done = rows
		.filter(isDone)
		.map(({ position }): RowOutcome => ({ position, state: 'applied', why: '' }));
	const left = rows.filter((row) => !isDone(row));
	const carried = await carryOut(collaboration, left, setting.actor, running, (copy, row, note) => {
		const values = fieldValuesOf(copy);
		const standing = distinctValues(elementsOf(values, row.field));
		const now = standing[0]?.value ?? null;
		if (standing.length > 1 || !isSameValue(now, row.from)) {
			note(standing.length === 1 && isSameValue(now, row.to) ? 'unchanged' : 'stale');
			return false;
		}
		setField(values, row.field, row.to, settingOf(row.elementId, setting, setting.actor.via));
		return true;
	});
	return { ...carried, rows: [...done, ...carried.rows('applied')] };
}

/** Brings back what stood before, wherever the order's own element still stands alone: a later word is never overruled. */
export async function undoRows(
	{ storage, collaboration }: Parts,
	rows: readonly CarriedRow[],
	setting: { readonly actor: Actor; readonly at: string },
	running: BulkRunning,
): Promise<Carried> {
	const logged = await loggedSettings(storage, rows);
	const isDone = (row: CarriedRow): boolean =>
		logged(row).some(({ elementId }) => elementId === row.undoElementId);
	const done = rows
		.filter(isDone)
		.map(({ position }): RowOutcome => ({ position, state: 'undone', why: '' }));
	const left = rows.filter((row) => !isDone(row));
	const carried = await carryOut(collaboration, left, setting.actor, running, (copy, row) => {
		const values = fieldValuesOf(copy);
		if (!haveSameIds(elementsOf(values, row.field), [row.elementId])) return false;
		const before = settingBefore(logged(row), row);
		setField(
			values,
			row.field,
			row.from,
			settingOf(row.undoElementId, setting, before ? viaOfBringingBack(before) : setting.actor.via),
		);
		return true;
	});
	return { ...carried, rows: [...done, ...carried.rows('undone')] };
}

function settingOf(
	id: string,
	{ actor, at }: { readonly actor: Actor; readonly at: string },
	via: string | null,
) {
	return { id, by: actor.id, at, ...(via ? { via } : {}) };
}

/** Changes entries until it is given up; what a change notes says why it did nothing. */
async function carryOut(
	collaboration: Parts['collaboration'],
	rows: readonly CarriedRow[],
	actor: Actor,
	running: BulkRunning,
	change: (copy: Y.Doc, row: CarriedRow, note: (state: OrderRowState) => void) => boolean,
): Promise<Omit<Carried, 'rows'> & { readonly rows: (done: OrderRowState) => RowOutcome[] }> {
	const notes = new Map<number, OrderRowState>();
	const outcomes = await collaboration.editMany(
		rows.map((row) => ({
			entryId: row.entryId,
			change: (copy) => change(copy, row, (state) => void notes.set(row.position, state)),
		})),
		actor,
		running,
	);
	const left = outcomes.filter((outcome) => outcome === 'not-reached').length;
	return {
		isWhole: left === 0,
		left,
		rows: (done) =>
			outcomes.flatMap((outcome, at): RowOutcome[] => {
				const { position } = rows[at] as CarriedRow;
				if (outcome === 'not-reached') return [];
				if (typeof outcome === 'number') return [{ position, state: done, why: '' }];
				// An entry that takes nothing back keeps what it has.
				if (isRefusal(outcome))
					return done === 'applied' ? [{ position, state: 'refused', why: outcome.code }] : [];
				const noted = notes.get(position);
				return noted ? [{ position, state: noted, why: '' }] : [];
			}),
	};
}

interface LoggedSetting {
	readonly elementId: string;
	/** JSON. */
	readonly value: string;
}

/** How the fields of the rows were set, oldest first, by the log. */
async function loggedSettings(
	{ db }: Storage,
	rows: readonly CarriedRow[],
): Promise<(row: CarriedRow) => readonly LoggedSetting[]> {
	const docs = [...new Set(rows.map(({ entryId }) => entryDocName(entryId)))];
	const fields = [...new Set(rows.map(({ field }) => field))];
	const found = new Map<string, LoggedSetting[]>();
	const nameOf = (doc: string, field: string): string => `${doc} ${field}`;
	for (let from = 0; from < docs.length; from += DOCS_AT_ONCE) {
		let query = db
			.selectFrom('entry_change')
			.select(['doc', 'field', 'element_id', 'to_value'])
			.where('doc', 'in', docs.slice(from, from + DOCS_AT_ONCE));
		// Items of repeatable fields have keys of their own in every entry: those are told apart here.
		if (fields.length <= DOCS_AT_ONCE) query = query.where('field', 'in', fields);
		for (const row of await query.orderBy('id').execute()) {
			const name = nameOf(row.doc, row.field);
			const setting = { elementId: row.element_id, value: row.to_value };
			const known = found.get(name);
			if (known) known.push(setting);
			else found.set(name, [setting]);
		}
	}
	return ({ entryId, field }) => found.get(nameOf(entryDocName(entryId), field)) ?? [];
}

/** The element whose value the row replaced; undefined for one that came with an import. */
function settingBefore(
	settings: readonly LoggedSetting[],
	{ elementId, from }: CarriedRow,
): string | undefined {
	const own = settings.findIndex((each) => each.elementId === elementId);
	const before = own > 0 ? settings[own - 1] : undefined;
	return before && isSameValue(JSON.parse(before.value) as FieldValue, from) ? before.elementId : undefined;
}
