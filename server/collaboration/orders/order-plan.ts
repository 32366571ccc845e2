import { sql } from 'kysely';
import { createId, parseEntryId, type EntryId } from '#domain/base/ids.ts';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import {
	changesBy,
	changeTo,
	fieldNamed,
	orderedField,
	type LeftOut,
} from '#domain/collaboration/order-changes.ts';
import {
	MAX_ORDER_ROWS,
	type ListedRow,
	type OrderChange,
	type OrderRule,
} from '#domain/collaboration/orders.ts';
import { demand, type Person } from '#domain/permissions/permissions.ts';
import { entryThing, THING_COLUMNS } from '#server/catalogue/entry-thing.ts';
import { visible } from '#server/catalogue/rows.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Entries read at once. */
const ENTRIES_AT_ONCE = 1000;

/** All that a rule would change, in the order of reference codes, or of the list it was given. */
export interface OrderPlan {
	readonly changes: readonly OrderChange[];
	/** Values the rule means and does not change. `conflict`: several stand beside each other, to be settled first. */
	readonly leftOut: Readonly<Record<LeftOut | 'conflict', number>>;
}

interface Found {
	readonly id: EntryId;
	readonly profile: string;
	readonly level: string;
	readonly dateText: string;
	readonly fields: Readonly<Record<FieldKey, FieldValue>>;
	/** Fields with several values. */
	readonly conflicts: ReadonlySet<FieldKey>;
}

/**
 * Finds what a rule changes of the entries the person may see. Nothing is written.
 * @throws {Refusal} 'catalogue.unknown-entry' (404) | 'permissions.denied' (403) | 'collaboration.order-too-large' |
 * 'collaboration.order-field' | 'catalogue.unknown-field' | 'catalogue.long-text' | 'catalogue.bad-value'; for lists
 * 'collaboration.order-row-…' with file, line and column
 */
export async function planOrder(storage: Storage, person: Person, rule: OrderRule): Promise<OrderPlan> {
	demand(person, 'comment', { kind: 'orders' });
	return rule.kind === 'rows' ? planRows(storage, person, rule) : planBelow(storage, person, rule);
}

async function planBelow(
	storage: Storage,
	person: Person,
	rule: Exclude<OrderRule, { kind: 'rows' }>,
): Promise<OrderPlan> {
	const ids = await idsBelow(storage, person, rule);
	const changes: OrderChange[] = [];
	const leftOut = { several: 0, long: 0, conflict: 0 };
	const unfit = new Map<string, Refusal | undefined>();
	for (let from = 0; from < ids.length; from += ENTRIES_AT_ONCE)
		for (const entry of await read(storage, person, ids.slice(from, from + ENTRIES_AT_ONCE))) {
			if (!unfit.has(entry.profile)) unfit.set(entry.profile, whyUnfit(entry.profile, rule.field));
			// Holdings described by other rules may lie below the same entry.
			if (unfit.get(entry.profile)) continue;
			const outcome = changesBy(rule, profileOf(entry.profile), entry, () => createId<string>());
			for (const each of outcome.leftOut) leftOut[each]++;
			for (const change of outcome.changes)
				if (entry.conflicts.has(change.field)) leftOut.conflict++;
				else changes.push({ entryId: entry.id, ...change });
			refuseTooMany(changes.length);
		}
	const [refusal] = unfit.values();
	if (refusal && [...unfit.values()].every((each) => each)) throw refusal;
	return { changes, leftOut };
}

function whyUnfit(profile: string, field: FieldKey): Refusal | undefined {
	try {
		orderedField(profileOf(profile), field);
		return undefined;
	} catch (error) {
		if (isRefusal(error)) return error;
		throw error;
	}
}

/** An entry and all below it, without those that the rule cannot mean. */
async function idsBelow(
	{ db }: Storage,
	person: Person,
	{ under, where, ...rule }: Exclude<OrderRule, { kind: 'rows' }>,
): Promise<EntryId[]> {
	const root = await visible(db, person).select('entry.id').where('entry.id', '=', under).executeTakeFirst();
	if (!root) throw new Refusal('catalogue.unknown-entry', { id: under }, 404);
	let query = visible(db, person)
		.select('entry.id')
		.where(
			'entry.id',
			'in',
			sql<string>`(with recursive below(id) as (
				select id from entry where id = ${under} and status = 'active' and hidden = 0
				union select entry.id from entry join below on entry.parent_id = below.id where entry.status = 'active')
				select id from below)`,
		);
	if (where?.level !== undefined) query = query.where('entry.level', '=', where.level);
	for (const words of [where?.equals, where?.contains, rule.kind === 'replace' ? rule.words : undefined])
		if (words) query = query.where(sql<boolean>`entry.fields like ${likeJson(words)} escape '~'`);
	const rows = await query.orderBy('entry.reference_code').orderBy('entry.row_id').execute();
	return rows.map(({ id }) => id as EntryId);
}

/** Finds every row whose JSON holds the words, and some more: case is for who looks closer. */
function likeJson(words: string): string {
	return `%${JSON.stringify(words).slice(1, -1).replace(/[~%_]/g, '~$&')}%`;
}

/** Entries in the order of their ids given, as far as the person may propose changes of them. */
async function read({ db }: Storage, person: Person, ids: readonly EntryId[]): Promise<Found[]> {
	const [rows, conflicts] = await Promise.all([
		visible(db, person)
			.select([
				'entry.id',
				'entry.profile',
				'entry.level',
				'entry.date_text',
				'entry.fields',
				...THING_COLUMNS.map((column) => `entry.${column}` as const),
			])
			.where('entry.id', 'in', ids)
			.where('entry.status', '=', 'active')
			.where('entry.hidden', '=', 0)
			.execute(),
		db.selectFrom('conflict').select(['entry_id', 'field']).where('entry_id', 'in', ids).execute(),
	]);
	const inConflict = new Map<string, Set<FieldKey>>();
	for (const { entry_id, field } of conflicts)
		inConflict.set(entry_id, (inConflict.get(entry_id) ?? new Set()).add(field));
	const found = new Map(
		rows.map((row) => {
			demand(person, 'comment', entryThing(row));
			return [
				row.id,
				{
					id: row.id as EntryId,
					profile: row.profile,
					level: row.level,
					dateText: row.date_text,
					fields: JSON.parse(row.fields) as Found['fields'],
					conflicts: inConflict.get(row.id) ?? new Set<FieldKey>(),
				},
			];
		}),
	);
	return ids.flatMap((id) => found.get(id) ?? []);
}

async function planRows(
	storage: Storage,
	person: Person,
	{ rows, file }: Extract<OrderRule, { kind: 'rows' }>,
): Promise<OrderPlan> {
	refuseTooMany(rows.length);
	const idOf = await entriesNamed(storage, person, rows);
	const changes: OrderChange[] = [];
	const seen = new Set<string>();
	for (let from = 0; from < rows.length; from += ENTRIES_AT_ONCE) {
		const part = rows.slice(from, from + ENTRIES_AT_ONCE);
		const named = part.map(({ entry }) => idOf(entry));
		const ids = [...new Set(named.flatMap((id) => (id === undefined || id === 'ambiguous' ? [] : id)))];
		const entries = new Map((await read(storage, person, ids)).map((entry) => [entry.id, entry]));
		for (const [at, row] of part.entries()) {
			const wrong = (code: string, column: keyof ListedRow): Refusal =>
				new Refusal(code, {
					file: file ?? '—',
					line: row.line ?? from + at + 1,
					column,
					value: String(row[column]).slice(0, 80),
				});
			if (named[at] === 'ambiguous') throw wrong('collaboration.order-row-ambiguous', 'entry');
			const entry = entries.get(named[at] as EntryId);
			if (!entry) throw wrong('collaboration.order-row-entry', 'entry');
			const change = changeOf(entry, row, wrong);
			if (!change) continue;
			if (entry.conflicts.has(change.field)) throw wrong('collaboration.order-row-conflict', 'field');
			const place = `${entry.id} ${change.field}`;
			if (seen.has(place)) throw wrong('collaboration.order-row-twice', 'field');
			seen.add(place);
			changes.push({ entryId: entry.id, ...change });
		}
	}
	return { changes, leftOut: { several: 0, long: 0, conflict: 0 } };
}

/** @throws {Refusal} 'collaboration.order-row-field' | 'collaboration.order-row-value' | 'collaboration.order-row-several' */
function changeOf(
	entry: Found,
	{ field, value }: ListedRow,
	wrong: (code: string, column: keyof ListedRow) => Refusal,
): Omit<OrderChange, 'entryId'> | undefined {
	try {
		const profile = profileOf(entry.profile);
		return changeTo(profile, entry, fieldNamed(profile, field), value, () => createId<string>());
	} catch (error) {
		if (!isRefusal(error)) throw error;
		if (error.code === 'catalogue.bad-value') throw wrong('collaboration.order-row-value', 'value');
		if (error.code === 'catalogue.several-values') throw wrong('collaboration.order-row-several', 'field');
		throw wrong('collaboration.order-row-field', 'field');
	}
}

/** The entries that a list names, by id or reference code. */
async function entriesNamed(
	{ db }: Storage,
	person: Person,
	rows: readonly ListedRow[],
): Promise<(name: string) => EntryId | 'ambiguous' | undefined> {
	const codes = [
		...new Set(rows.map(({ entry }) => entry.trim()).filter((name) => parseEntryId(name) === undefined)),
	];
	const byCode = new Map<string, EntryId | 'ambiguous'>();
	for (let from = 0; from < codes.length; from += ENTRIES_AT_ONCE) {
		const found = await visible(db, person)
			.select(['entry.id', 'entry.reference_code'])
			.where('entry.reference_code', 'in', codes.slice(from, from + ENTRIES_AT_ONCE))
			.where('entry.reference_code', '!=', '')
			.where('entry.status', '=', 'active')
			.where('entry.hidden', '=', 0)
			.execute();
		for (const { id, reference_code: code } of found)
			byCode.set(code, byCode.has(code) ? 'ambiguous' : (id as EntryId));
	}
	return (name) => parseEntryId(name) ?? byCode.get(name.trim());
}

function refuseTooMany(count: number): void {
	if (count > MAX_ORDER_ROWS)
		throw new Refusal('collaboration.order-too-large', { limit: MAX_ORDER_ROWS }, 413);
}
