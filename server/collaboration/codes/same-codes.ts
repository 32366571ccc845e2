import { sql } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { rowsById } from '#server/catalogue/rows.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Entries that are just being given other codes by a correction order: what two of them share passes. */
export const UNDER_ORDER = sql`select line.entry_id from correction_order_row as line
	join correction_order on correction_order.id = line.order_id
	where line.field = 'referenceCode' and correction_order.decided_at is not null
	and correction_order.finished_at is null and line.state in ('waiting', 'approved')`;

/** For each of the entries whose code another entry has, too: the code, and which that is, as far as the person may know. */
export async function sameCodes(
	storage: Storage,
	ids: readonly EntryId[],
	person: Person,
): Promise<Map<EntryId, { readonly code: string; readonly entry: string; readonly title: string }>> {
	const { rows } = await sql<{ id: string; canonical: string; other: string }>`
		select own.entry_id as id, other.canonical, other.entry_id as other
		from coded_entry as own join coded_entry as other on other.row_id <> own.row_id and (
			(own.group_key <> '' and other.group_key = own.group_key and other.number = own.number and other.suffix = own.suffix)
			or (own.group_key = '' and other.canonical = own.canonical and other.fonds_number = own.fonds_number))
		join entry on entry.row_id = other.row_id
		where other.active = 1 and own.entry_id in (${sql.join([...ids])})
			and entry.import_row not in (select row_id from import where state = 'staging')
			and other.entry_id not in (${UNDER_ORDER})
		order by other.row_id`.execute(storage.db);
	const shown = new Map(
		(
			await rowsById(
				storage,
				person,
				rows.slice(0, 500).map(({ other }) => other),
			)
		).map((row) => [row.id as string, row]),
	);
	const same = new Map<EntryId, { code: string; entry: string; title: string }>();
	for (const { id, canonical, other } of rows) {
		if (same.has(id as EntryId)) continue;
		const row = shown.get(other);
		same.set(id as EntryId, {
			code: row?.referenceCode || canonical,
			entry: row ? other : '—',
			title: row?.title ?? '—',
		});
	}
	return same;
}
