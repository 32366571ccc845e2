import { NO_DATE } from '#domain/catalogue/row-dates.ts';
import { sql } from 'kysely';
import type { KeptPlace } from '#domain/administration/purge.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { deleteFrom, type PurgePlace } from '#server/storage/purge-places.ts';
import type { Statement, Storage } from '#server/storage/storage.ts';

/** Beside its row, where the catalogue holds something of an entry. */
export const CATALOGUE_PLACES: readonly PurgePlace[] = [
	{ table: 'shown_entry', column: 'entry_id', holds: 'entry' },
	{ table: 'entry_editor', column: 'entry_id', holds: 'entry' },
	{ table: 'finding', column: 'entry_id', holds: 'entry' },
	{ table: 'coded_entry', column: 'entry_id', holds: 'entry' },
];

/**
 * Steps of review that entries took, and records of registers that quote them. They say which records of the store name an
 * entry, so they go after those are known.
 */
export const STEP_PLACES: readonly PurgePlace[] = [
	{ table: 'review_step_entry', column: 'entry_id', holds: 'entry' },
	{ table: 'register_version', column: 'entry_id', holds: 'entry' },
];

/** Words of entries in the full-text index. */
export async function countIndexed({ db }: Pick<Storage, 'db'>, ids: readonly string[]): Promise<number> {
	if (ids.length === 0) return 0;
	const { rows } = await sql<{ found: number }>`
		select count(*) as found from entry_text where rowid in (
			select row_id from entry where id in (${sql.join(ids)})
			union all select -row_id from entry where id in (${sql.join(ids)}))`.execute(db);
	return rows[0]?.found ?? 0;
}

/** What is left of entries, by id; without those that are not there. */
export async function placesOf(
	{ db }: Pick<Storage, 'db'>,
	ids: readonly string[],
	{ keepsCode }: { readonly keepsCode: boolean },
): Promise<Map<string, KeptPlace>> {
	const rows = await db
		.selectFrom('entry')
		.select(['id', 'parent_id', 'order_key', 'level', 'profile', 'fonds_id', 'reference_code', 'created_at'])
		.where('id', 'in', ids)
		.execute();
	return new Map(
		rows.map((row) => [
			row.id,
			{
				parentId: row.parent_id as EntryId | null,
				order: row.order_key,
				level: row.level,
				profile: row.profile,
				fondsId: row.fonds_id as EntryId,
				referenceCode: keepsCode ? row.reference_code : '',
				createdAt: row.created_at,
			},
		]),
	);
}

/** The columns of the row of an entry that was purged: where it stood, and nothing that was said of it. */
export function tombstone(place: KeptPlace, at: string) {
	return {
		parent_id: place.parentId,
		order_key: place.order,
		level: place.level,
		profile: place.profile,
		status: 'purged',
		title: '',
		reference_code: place.referenceCode,
		date_text: '',
		date_earliest: NO_DATE,
		date_latest: NO_DATE,
		creators_text: '',
		fields: '{}',
		bodies: '{}',
		conflict_count: 0,
		own_access: null,
		synthetic: 0,
		problems: null,
		projected_seq: 0,
		deposited_seq: null,
		open_threads: 0,
		open_proposals: 0,
		review_state: 'draft',
		reviewed_seq: 0,
		submitted_by: null,
		last_step: null,
		deposited_step: null,
		created_at: place.createdAt,
		updated_at: at,
	} as const;
}

/**
 * Statements that leave nothing of entries but where they stood; parents come first. Which import they came by is kept until
 * {@link forgetSteps}: it says which object of the store they are in.
 */
export async function purgeRows(
	storage: Storage,
	places: ReadonlyMap<string, KeptPlace>,
	at: string,
): Promise<Statement[]> {
	const { db, fullText } = storage;
	const ids = [...places.keys()];
	const rows = await db.selectFrom('entry').select(['id', 'row_id']).where('id', 'in', ids).execute();
	return [
		// That a number was held stays, whoever gave it: it is given to nobody else, and explains its gap.
		sql`insert into code_event (kind, fonds_number, regime, group_key, number, number_to, suffix, entry_id, code, why,
				actor_id, actor_name, via, at)
			select 'voided', fonds_number, regime, group_key, number, number, suffix, entry_id, '', 'purge',
				'server', 'server', 'purge', ${at}
			from coded_entry where group_key <> '' and entry_id in (${sql.join(ids)})`.compile(db),
		...fullText.remove(rows.flatMap(({ row_id }) => [row_id, -row_id])),
		...deleteFrom(storage, CATALOGUE_PLACES, ids),
		// That a number was given stays, so that it is given to nobody else; what the codes said goes with the entry.
		...[...places].flatMap(([id, { referenceCode }]) =>
			referenceCode === ''
				? [db.updateTable('code_event').set({ code: '', new_code: '', why: '' }).where('entry_id', '=', id)]
				: [],
		),
		...[...places].flatMap(([id, place]) => [
			db.updateTable('entry').set(tombstone(place, at)).where('id', '=', id),
			// Whether it is hidden stays as it was: an import that was undone hides nothing below what it withdrew.
			sql`update entry set access_status = coalesce(nullif(parent.access_status, 'structural'), 'notReviewed')
				from (select access_status from entry where id = ${place.parentId}
					union all select 'notReviewed' limit 1) as parent where entry.id = ${id}`.compile(db),
		]),
	];
}

/**
 * Statements by which what is left of entries belongs to no import any more, and steps of review to no entry but those
 * that stay; a step over nothing but purged entries goes.
 */
export async function forgetSteps(storage: Storage, ids: readonly string[]): Promise<Statement[]> {
	const { db } = storage;
	const { rows } = await sql<{ step_id: string; others: number }>`
		select step_id, (select count(*) from review_step_entry as other where other.step_id = taken.step_id
			and other.entry_id not in (select entry_id from purged_entry)) as others
		from review_step_entry as taken where entry_id in (${sql.join(ids)}) group by step_id`.execute(db);
	const emptied = rows.filter(({ others }) => others === 0).map(({ step_id }) => step_id);
	const shared = rows.filter(({ others }) => others > 0);
	return [
		...deleteFrom(storage, STEP_PLACES, ids),
		...shared.map(({ step_id, others }) =>
			// A record of its own says how many there were; else it is counted.
			db
				.updateTable('review_step')
				.set({ entries: others })
				.where('id', '=', step_id)
				.where('deposited_version', 'is', null),
		),
		...(emptied.length === 0
			? []
			: [
					db.deleteFrom('review_step').where('id', 'in', emptied),
					db.updateTable('audit').set({ detail: '{}' }).where('object', 'in', emptied),
				]),
		// A version may have been under way while they were taken out.
		db
			.updateTable('entry')
			.set({ import_row: 0, deposited_seq: null, deposited_step: null })
			.where('id', 'in', ids),
	];
}
