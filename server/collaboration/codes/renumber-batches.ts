/** What a renumbering that is done at once writes down of itself, and how it sets one code. */
import { sql } from 'kysely';
import type { Actor } from '#domain/base/actor.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { textOf, type FieldValue } from '#domain/catalogue/entry.ts';
import { isProvisional } from '#domain/catalogue/reference-codes/entry-code.ts';
import type { RenumberLine } from '#domain/catalogue/reference-codes/renumber-preview.ts';
import { distinctValues, elementsOf, setField, type FieldValues } from '#sync/field-values.ts';
import type { CodeEvent } from '#server/catalogue/codes/code-events.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Codes that change as one. */
export interface Batch {
	readonly id: string;
	readonly why: string;
	readonly actor: Actor;
}

/** One code that is to be another one. */
export interface CodeChange {
	readonly id: EntryId;
	readonly from: string;
	readonly to: string;
	/** The field of its number; empty for none. */
	readonly field: string;
	/** What that is to say; `null` or empty clears it. */
	readonly number: FieldValue;
	/** What it has to say for that; left out: whatever one value it has. */
	readonly numberNow?: string;
}

/** Events that are about codes and no number. */
export const NO_NUMBER = { fondsNumber: '', regime: '', groupKey: '', from: 0, to: 0 };

/** The event that keeps the old code of an entry. */
export function aliasOf({ id, oldCode, newCode, field }: RenumberLine, batchId: string): CodeEvent {
	return {
		...NO_NUMBER,
		kind: 'alias',
		entryId: id,
		code: oldCode,
		newCode,
		blockId: batchId,
		// What the number was called, for taking it back.
		why: field,
	};
}

/** The codes of a batch, in the order in which they were to change. */
export async function aliasesOf(
	{ db }: Pick<Storage, 'db'>,
	batchId: string,
): Promise<Pick<CodeChange, 'id' | 'from' | 'to' | 'field'>[]> {
	const events = await db
		.selectFrom('code_event')
		.select(['entry_id', 'code', 'new_code', 'why'])
		.where('kind', '=', 'alias')
		.where('block_id', '=', batchId)
		.orderBy('id')
		.execute();
	return events.map(({ entry_id, code, new_code, why }) => ({
		id: entry_id as EntryId,
		from: code,
		to: new_code,
		field: why,
	}));
}

/** Batches that were begun and are not through, the oldest first. */
export async function unfinishedBatches({ db }: Pick<Storage, 'db'>): Promise<Batch[]> {
	const { rows } = await sql<{
		id: string;
		why: string;
		actor_id: string;
		actor_name: string;
		via: string | null;
	}>`
		select block_id as id, why, actor_id, actor_name, via from code_event as begun where kind = 'renumbering'
			and not exists (select 1 from code_event as ended where ended.kind = 'renumbered'
				and ended.block_id = begun.block_id)
		order by begun.id`.execute(db);
	return rows.map(({ id, why, actor_id, actor_name, via }) => ({
		id,
		why,
		actor: { id: actor_id, name: actor_name, via },
	}));
}

/** What the numbers of a batch said before it, by the log; what their codes say for those the log knows nothing of. */
export async function numbersBefore(
	{ db }: Pick<Storage, 'db'>,
	batchId: string,
): Promise<(alias: Pick<CodeChange, 'id' | 'from' | 'field'>) => FieldValue> {
	const { rows } = await sql<{ doc: string; field: string; from_values: string | null }>`
		select change.doc, change.field, change.from_values from code_event as alias
			join entry_change as change on change.doc = 'entry:' || alias.entry_id and change.field = alias.why
			and change.via = ${`renumber:${batchId}`}
		where alias.kind = 'alias' and alias.block_id = ${batchId} order by change.id`.execute(db);
	const found = new Map(
		rows.map(({ doc, field, from_values }) => {
			const [value = null] = JSON.parse(from_values ?? '[]') as FieldValue[];
			return [`${doc} ${field}`, value];
		}),
	);
	return ({ id, from, field }) => {
		const value = found.get(`entry:${id} ${field}`);
		return value === undefined ? numberIn(from) : value;
	};
}

/** The last number of a code as a field says it; empty where it waits for one. */
export function numberIn(code: string): string {
	return isProvisional(code) ? '' : (/\d+\D?$/u.exec(code)?.[0] ?? '');
}

/** Sets a code, and its number, where it still says what it said; false where it does not, or where several stand. */
export function setCode(
	values: FieldValues,
	{ from, to, field, number, numberNow }: CodeChange,
	{ actor, at }: { readonly actor: Actor; readonly at: string },
): boolean {
	const [standing, ...others] = distinctValues(elementsOf(values, 'referenceCode'));
	if (others.length > 0 || textOf(standing?.value).trim() !== from) return false;
	const set = (key: string, value: FieldValue): unknown =>
		setField(values, key, value === '' ? null : value, {
			id: createId<string>(),
			by: actor.id,
			at,
			...(actor.via ? { via: actor.via } : {}),
		});
	set('referenceCode', to);
	if (field === '') return true;
	const numbers = distinctValues(elementsOf(values, field));
	// What somebody corrected meanwhile, or what is in conflict, is no longer what the code says.
	const isAsKnown = numberNow === undefined || textOf(numbers[0]?.value).trim() === numberNow;
	if (numbers.length <= 1 && isAsKnown) set(field, number);
	return true;
}
