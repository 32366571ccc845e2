import { sql, type RawBuilder } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { rowsById } from '#server/catalogue/rows.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Codes that a correction order is just giving. */
const LINES = sql`correction_order_row as line join correction_order on correction_order.id = line.order_id
	and line.field = 'referenceCode' and correction_order.decided_at is not null
	and correction_order.finished_at is null and line.state in ('waiting', 'approved')`;

/** Entries that are just being given other codes by a correction order: what two of them share passes. */
const UNDER_ORDER = sql`select line.entry_id from ${LINES}`;

/** A code, and which entry has it. */
export type SameCode = Readonly<Record<'code' | 'entry' | 'title', string>>;

/**
 * For each of the entries whose code another entry has, too, or is just being given: the code, and which that is, as far as
 * the person may know.
 */
export async function sameCodes(
	storage: Storage,
	ids: readonly EntryId[],
	person: Person,
): Promise<Map<EntryId, SameCode>> {
	// One of those that have it is enough: many may, such as all that an import says the same words of.
	const other = (where: RawBuilder<unknown>, order: RawBuilder<unknown>) => sql`(
		select other.row_id from coded_entry as other cross join entry on entry.row_id = other.row_id
		where ${where} and other.active = 1 and other.row_id <> own.row_id
			and entry.import_row not in (select row_id from import where state = 'staging')
			and other.entry_id not in (${UNDER_ORDER})
		order by ${order} limit 1)`;
	const { rows } = await sql<{ id: EntryId; canonical: string; other: EntryId }>`
		select mine.id, other.canonical, other.entry_id as other from (
			select own.entry_id as id, case own.group_key when '' then
				${other(
					sql`other.canonical = own.canonical and other.fonds_number = own.fonds_number`,
					sql`other.row_id`,
				)} else ${other(
					sql`other.group_key = own.group_key and other.number = own.number and other.suffix = own.suffix`,
					sql`other.width, other.row_id`,
				)} end as other_row
			from coded_entry as own where own.entry_id in (${sql.join([...ids])})
		) as mine join coded_entry as other on other.row_id = mine.other_row`.execute(storage.db);
	const meant = await sql<{ id: EntryId; canonical: string; other: EntryId }>`
		select own.entry_id as id, own.canonical, min(line.entry_id) as other
		from ${LINES} cross join coded_entry as own on own.canonical = json_extract(line.new_value, '$')
			and +own.entry_id in (${sql.join([...ids])})
		where own.entry_id not in (${UNDER_ORDER}) and exists (select 1 from entry as mine join entry as its
			on its.fonds_id = mine.fonds_id where mine.row_id = own.row_id and its.id = line.entry_id)
		group by own.entry_id`.execute(storage.db);
	const holders = [...rows, ...meant.rows].map(({ other: id, canonical }) => ({ id, canonical }));
	const named = await namedHolders(storage, person, holders);
	return new Map([
		...meant.rows.map(
			(row) => [row.id, { ...(named.get(row.other) as SameCode), code: row.canonical }] as const,
		),
		...rows.map((row) => [row.id, named.get(row.other) as SameCode] as const),
	]);
}

/** Entries that have codes, at most as many as one statement takes, as far as the person may know of them. */
export async function namedHolders(
	storage: Storage,
	person: Person,
	holders: readonly { readonly id: EntryId; readonly canonical: string }[],
): Promise<Map<EntryId, SameCode>> {
	const rows = await rowsById(
		storage,
		person,
		holders.map(({ id }) => id),
	);
	const shown = new Map(rows.map((row) => [row.id, row]));
	return new Map(
		holders.map(({ id, canonical }) => {
			const row = shown.get(id);
			const code = row?.referenceCode || canonical;
			return [id, { code, entry: row ? id : '—', title: row?.title ?? '—' }];
		}),
	);
}
