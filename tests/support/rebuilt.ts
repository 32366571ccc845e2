import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import * as Y from 'yjs';
import { readEntryDoc, readMeta } from '#sync/entry-doc.ts';
import { eventsOf } from '#sync/review-doc.ts';

type Row = Readonly<Record<string, unknown>>;

/**
 * What of a database must come back, table by table. Left out, because it is no part of an archive or follows from
 * something else:
 * - numbers of rows (`row_id`, `import_row`, `id` of changes, deposits and events): imports are compared by id
 * - `updated_at`: when the row was written, not when anything was said
 * - `log_update`, `log_cold`, `log_kept`: one snapshot in the place of updates; their lines and what they make are compared
 * - `log_head.bytes`, and documents that were begun because somebody opened an imported entry
 * - `session`, `account`, `api_token`, `verification`, `device_key`, `push_batch`, `visit`, `notice`, `audit`: see the README
 * - `finding`: follows from rows and registers, found anew by the next run
 * - in `setting`, the lineage and the last backup; in `user`, when the account was changed last
 */
export function archiveIn(dataDir: string): Readonly<Record<string, readonly Row[]>> {
	const database = new DatabaseSync(join(dataDir, 'lantai.sqlite'), { readOnly: true });
	const all = (sql: string): Row[] =>
		database
			.prepare(sql)
			.all()
			.map((row) => ({ ...row }));
	const without = (rows: readonly Row[], ...columns: readonly string[]): Row[] =>
		rows.map((row) =>
			Object.fromEntries(Object.entries(row).filter(([column]) => !columns.includes(column))),
		);
	const said = `doc in (select doc from log_head where updates > 1 or doc like 'review:%'
		or doc in (select doc from entry_change) or substr(doc, 7) in (select id from entry where deposited_seq is not null))`;
	try {
		return {
			entry: without(
				all(
					'select entry.*, import.id as import_id from entry left join import on import.row_id = entry.import_row order by entry.id',
				),
				...['row_id', 'import_row', 'updated_at'],
			),
			shown: without(all('select * from shown_entry order by entry_id'), 'row_id'),
			editor: all('select * from entry_editor order by entry_id, person_id'),
			import: without(all('select * from import order by id'), 'row_id', 'deposited_event'),
			import_event: without(all('select * from import_event order by import_id, at, id'), 'id'),
			log_line: all(`select * from log_line where ${said} order by seq`),
			log_head: without(all(`select * from log_head where ${said} order by doc`), 'bytes'),
			entry_change: without(all('select * from entry_change order by seq, id'), 'id'),
			deposit: without(
				all('select * from deposit order by entry_id, object_id, length(version), version'),
				'id',
			),
			conflict: all('select * from conflict order by entry_id, field'),
			conflict_person: all('select * from conflict_person order by entry_id, field, person_id'),
			decision: all('select * from decision order by id'),
			decision_item: all('select * from decision_item order by decision_id, entry_id, field'),
			review: all('select * from review order by entry_id'),
			comment_thread: all('select * from comment_thread order by id'),
			comment: all('select * from comment order by id'),
			proposal: all('select * from proposal order by id'),
			review_step: all('select * from review_step order by id'),
			review_step_entry: all('select * from review_step_entry order by entry_id, step_id'),
			correction_order: all(`select * from correction_order where state <> 'draft' order by id`),
			correction_order_row: all('select * from correction_order_row order by order_id, position'),
			correction_order_sample: all('select * from correction_order_sample order by id'),
			campaign: without(
				all(`select * from campaign where state not in ('waiting', 'running') order by id`),
				'position',
			),
			campaign_run: all('select * from campaign_run order by campaign_id, run'),
			campaign_count: all('select * from campaign_count order by campaign_id, run, fonds_id, rule, severity'),
			campaign_assignment: all('select * from campaign_assignment order by campaign_id, fonds_id, rule'),
			campaign_fix: all('select * from campaign_fix order by id'),
			campaign_fix_row: all('select * from campaign_fix_row order by fix_id, position'),
			register_version: without(all('select * from register_version order by register, id'), 'id'),
			code_event: without(all('select * from code_event order by id'), 'id'),
			user: without(all('select * from user order by id'), 'updatedAt'),
			setting: all(
				`select * from setting where key not in ('log.lineage', 'log.restored', 'backup.last') order by key`,
			),
			// The index: which entries are found by a common and by a rare word, in rows and in what readers see.
			found: all(`select entry.id, entry_text.rowid < 0 as is_shown from entry_text
				join entry on entry.row_id = abs(entry_text.rowid) where entry_text match '"的" OR "合成" OR "档案"' order by 1, 2`),
			documents: documentsIn(database, said),
		};
	} finally {
		database.close();
	}
}

/** Orders to purge that were carried out (others are in no store), with all they left: the same after a rebuild, but for when objects were noted. */
export function purgesIn(dataDir: string): Readonly<Record<string, readonly Row[]>> {
	const database = new DatabaseSync(join(dataDir, 'lantai.sqlite'), { readOnly: true });
	/** Rows, with columns of JSON in whatever order of keys. */
	const all = (sql: string, ...json: readonly string[]): Row[] =>
		database
			.prepare(sql)
			.all()
			.map((row) =>
				Object.fromEntries(
					Object.entries(row).map(([column, value]) => [
						column,
						json.includes(column) && typeof value === 'string' ? (JSON.parse(value) as unknown) : value,
					]),
				),
			);
	try {
		return {
			purged_entry: all('select * from purged_entry order by number'),
			purge_order: all("select * from purge_order where state = 'done' order by id", 'certificate'),
			purge_order_entry: all(
				"select * from purge_order_entry where order_id in (select id from purge_order where state = 'done') order by order_id, position",
				'place',
				'counts',
			),
			purge_object: all(
				'select order_id, object_id, kind, action, before, after from purge_object order by order_id, object_id',
				...['before', 'after'],
			),
			purge_backup: all('select * from purge_backup order by order_id, file'),
		};
	} finally {
		database.close();
	}
}

/** Live documents as they are read, with their clocks and deletions. */
function documentsIn(database: DatabaseSync, said: string): Row[] {
	const rows = database
		.prepare(`select doc, payload from log_update where ${said} order by doc, seq`)
		.all() as unknown as { doc: string; payload: Uint8Array }[];
	const found: Row[] = [];
	let name = '';
	let doc = new Y.Doc();
	const keep = (): void => {
		if (name === '') return;
		found.push({
			doc: name,
			meta: readMeta(doc),
			content: name.startsWith('entry:') ? readEntryDoc(doc) : eventsOf(doc).toArray(),
			snapshot: Buffer.from(Y.encodeSnapshot(Y.snapshot(doc))).toString('hex'),
		});
	};
	for (const row of rows) {
		if (row.doc !== name) {
			keep();
			name = row.doc;
			doc = new Y.Doc();
		}
		Y.applyUpdate(doc, row.payload);
	}
	keep();
	return found;
}
