import { sql } from 'kysely';
import { isoAt } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { entryDocName, readEntryDoc, readMeta } from '#sync/entry-doc.ts';
import * as Y from 'yjs';
import { chooseValues } from '#server/catalogue/chosen-values.ts';
import { inheritedUpdate } from '#server/catalogue/inheritance.ts';
import { project, projectMany } from '#server/catalogue/projection.ts';
import { projectReview } from '#server/collaboration/comments/comment-rows.ts';
import type { LogLine } from '#server/preservation/log-lines.ts';
import { partOf } from '#server/preservation/object-parts.ts';
import type { Statement } from '#server/storage/storage.ts';
import type { StoredEntry } from './entry-object.ts';
import { LogTables } from './log-tables.ts';
import { ahead, goOn, type Rebuilding } from './rebuilding.ts';
import { editorsIn, lastChangeIn, NO_STEPS, standings, type Standing } from './standing.ts';

/** Entries read and written together. */
const BATCH = 100;
/** Ids of one statement. */
const MAX_IDS = 1000;

/**
 * Brings edited entries back: the log as one snapshot for each document, who wrote when, and then the rows by the same
 * projections that live editing uses.
 */
export async function rebuildEntries(rebuilding: Rebuilding): Promise<void> {
	const { storage, clock, reader, scan, damage, counts, progress } = rebuilding;
	const tables = new LogTables(storage, isoAt(clock));
	const moved: EntryId[] = [];
	progress({ rebuilt: 'entries', done: 0, total: scan.entries });
	for (
		let next = ahead(reader.ask('entries', { count: BATCH })), left = scan.entries;
		left > 0;
		left -= BATCH
	) {
		const { entries, damage: found } = await next;
		goOn(rebuilding);
		next = ahead(reader.ask('entries', { count: BATCH }));
		damage.push(...found);
		if (entries.length > 0) {
			await tables.write(entries);
			moved.push(...(await writeRows(rebuilding, entries)));
		}
		counts.edited += entries.length;
		counts.versions += entries.reduce((sum, { versions }) => sum + versions.length, 0);
		progress({ rebuilt: 'entries', done: counts.edited, total: scan.entries });
	}
	// Whether a move is followed is judged by where all the others are.
	for (const id of moved) await projectMoved(rebuilding, id);
}

async function writeRows(rebuilding: Rebuilding, entries: readonly StoredEntry[]): Promise<EntryId[]> {
	const { storage, clock, touched, damage } = rebuilding;
	const { db } = storage;
	const damaged = new Set(damage.map(({ object }) => partOf(object).id));
	const byId = new Map(entries.map((entry) => [entry.id, entry]));
	const ids = [...byId.keys()];
	const stands = await standings(storage, ids, (id) => {
		const entry = byId.get(id);
		if (!entry) return 0;
		// What a damaged version said of changes nobody knows.
		return damaged.has(`urn:uuid:${id}`) ? entry.record.toPosition : lastChangeIn(ownLines(entry));
	});
	const known = new Map(
		(await db.selectFrom('entry').select(['id', 'parent_id']).where('id', 'in', ids).execute()).map((row) => [
			row.id,
			row,
		]),
	);
	const places: Statement[] = [];
	const moved: EntryId[] = [];
	const settled: StoredEntry[] = [];
	for (const entry of entries) {
		const wanted = parentIn(entry);
		const { placedUnder = wanted } = entry.record;
		const standing = stands.get(entry.id) ?? NO_STEPS;
		const row = known.get(entry.id);
		places.push(
			row
				? placed(rebuilding, entry.id, placedUnder, standing)
				: madeRow(rebuilding, entry, placedUnder, standing),
		);
		if (!row || row.parent_id !== placedUnder || isEdited(entry)) touched.add(entry.id);
		if (!isEdited(entry)) continue;
		if (wanted === placedUnder) settled.push(entry);
		else moved.push(entry.id);
	}
	await storage.batch(places);
	if (settled.length > 0)
		await projectMany(
			{ storage, clock },
			settled.map(({ id, meta, content, record }) => ({ id, meta, content, seq: record.toPosition })),
		);
	for (const { id, review, reviewPosition } of entries)
		if (review) await projectReview(storage, id, review.events, reviewPosition);
	await storage.batch(
		entries.flatMap((entry) => lastWords(rebuilding, entry, stands.get(entry.id) ?? NO_STEPS)),
	);
	return moved;
}

/** Lines of the entry itself, without those of what is said about it. */
function ownLines({ id, lines }: Pick<StoredEntry, 'id' | 'lines'>): LogLine[] {
	return lines.filter(({ doc }) => doc === entryDocName(id));
}

/** Opening an imported entry begins its document and says nothing that the import has not said. */
function isEdited({ id, lines, changes }: StoredEntry): boolean {
	const doc = entryDocName(id);
	return (
		lines.filter((line) => line.doc === doc).length !== 1 || changes.some((change) => change.doc === doc)
	);
}

function parentIn({ content, changes }: StoredEntry): EntryId | null {
	const positions = new Map(changes.map(({ element_id, seq }) => [element_id, { seq }]));
	return (chooseValues(content, positions as never).values.get('parent') ?? null) as EntryId | null;
}

/** An imported entry as it stands before its own changes are written over it. */
function placed(
	{ storage: { db } }: Rebuilding,
	id: EntryId,
	parentId: EntryId | null,
	standing: Standing,
): Statement {
	return db
		.updateTable('entry')
		.set({ parent_id: parentId, ...standing })
		.where('id', '=', id);
}

/** An entry made by hand, before its own words are written into it. */
function madeRow(
	{ storage: { db } }: Rebuilding,
	{ id, record }: StoredEntry,
	parentId: EntryId | null,
	standing: Standing,
): Statement {
	return db.insertInto('entry').values({
		id,
		parent_id: parentId,
		order_key: 'a0',
		level: 'item',
		profile: '',
		status: 'active',
		title: '',
		reference_code: '',
		date_text: '',
		creators_text: '',
		fields: '',
		bodies: '',
		conflict_count: 0,
		fonds_id: id,
		own_access: null,
		access_status: 'notReviewed',
		hidden: 0,
		import_row: 0,
		synthetic: record.synthetic ? 1 : 0,
		problems: null,
		projected_seq: 0,
		deposited_seq: null,
		created_at: record.createdAt ?? record.at,
		updated_at: record.createdAt ?? record.at,
		...standing,
	});
}

/** What follows from no document: what the store holds, who worked on it, and when. */
function lastWords({ storage: { db } }: Rebuilding, entry: StoredEntry, standing: Standing): Statement[] {
	const { id, record, versions } = entry;
	const own = ownLines(entry);
	const last = own.at(-1);
	const editors = isEdited(entry) ? editorsIn(own, standing.review_state) : [];
	return [
		db
			.updateTable('entry')
			.set({
				deposited_seq: record.toPosition,
				deposited_step: record.step ?? null,
				...(last && isEdited(entry) ? { updated_at: last.received_at } : {}),
			})
			.where('id', '=', id),
		db.updateTable('review').set({ deposited_seq: entry.reviewPosition }).where('entry_id', '=', id),
		// The projection saw one snapshot and took its last author for all of them.
		db.deleteFrom('entry_editor').where('entry_id', '=', id),
		...editors.map((editor) => db.insertInto('entry_editor').values({ entry_id: id, ...editor })),
		...versions.map(({ objectId, version, kind, toPosition, at }) =>
			db
				.insertInto('deposit')
				.values({ entry_id: id, object_id: objectId, version, kind, seq: toPosition, at }),
		),
	];
}

async function projectMoved(rebuilding: Rebuilding, id: EntryId): Promise<void> {
	const { storage, clock } = rebuilding;
	goOn(rebuilding);
	const doc = new Y.Doc();
	try {
		const updates = await storage.log.read(entryDocName(id));
		for (const { payload } of updates) Y.applyUpdate(doc, payload);
		const meta = readMeta(doc);
		const { updated_at, editors } = await keptOf(rebuilding, id);
		if (meta)
			await project(
				{ storage, clock },
				{ id, meta, content: readEntryDoc(doc), seq: updates.at(-1)?.seq ?? 0 },
			);
		await storage.batch([
			storage.db.updateTable('entry').set({ updated_at }).where('id', '=', id),
			storage.db.deleteFrom('entry_editor').where('entry_id', '=', id),
			...editors.map((editor) => storage.db.insertInto('entry_editor').values(editor)),
		]);
	} finally {
		doc.destroy();
	}
}

async function keptOf({ storage: { db } }: Rebuilding, id: EntryId) {
	const { updated_at } = await db
		.selectFrom('entry')
		.select('updated_at')
		.where('id', '=', id)
		.executeTakeFirstOrThrow();
	return {
		updated_at,
		editors: await db.selectFrom('entry_editor').selectAll().where('entry_id', '=', id).execute(),
	};
}

/** Where entries stand that nobody has edited, by the records of steps over many. */
export async function rebuildStandings(rebuilding: Rebuilding): Promise<void> {
	const { storage } = rebuilding;
	const { db } = storage;
	const update = db
		.updateTable('entry')
		.set({ review_state: '', reviewed_seq: 0, submitted_by: '', last_step: '', deposited_step: '' })
		.where('id', '=', '')
		.compile().sql;
	for (let last = ''; ;) {
		goOn(rebuilding);
		const page = await db
			.selectFrom('review_step_entry')
			.select('entry_id')
			.distinct()
			.where('entry_id', '>', last)
			.orderBy('entry_id')
			.limit(MAX_IDS)
			.execute();
		const end = page.at(-1);
		if (!end) return;
		last = end.entry_id;
		const stands = await standings(
			storage,
			page.map(({ entry_id }) => entry_id as EntryId),
			() => 0,
		);
		await storage.bulk([
			{
				sql: update,
				rows: [...stands].map(([id, each]) => [
					each.review_state,
					each.reviewed_seq,
					each.submitted_by,
					each.last_step,
					each.last_step,
					id,
				]),
			},
		]);
	}
}

/** Passes on what entries below inherit, once for each of the outermost entries under which anything was changed. */
export async function passOn(rebuilding: Rebuilding): Promise<void> {
	const { storage, touched } = rebuilding;
	const tops = new Set<string>();
	const ids = [...touched];
	for (let from = 0; from < ids.length; from += MAX_IDS) {
		const chunk = ids.slice(from, from + MAX_IDS);
		const { rows } = await sql<{ id: string }>`
			with recursive up(id, parent_id) as (
				select id, parent_id from entry where id in (${sql.join(chunk)})
				union select entry.id, entry.parent_id from entry join up on entry.id = up.parent_id
			) select id from up where parent_id is null or parent_id not in (select id from entry)`.execute(storage.db);
		for (const { id } of rows) tops.add(id);
	}
	for (const id of tops) {
		goOn(rebuilding);
		await storage.batch([inheritedUpdate(storage.db, id)]);
	}
}

/** What is left of a review when all entries are there: steps by how many took them; nobody is told again. */
export async function finishReviews({ storage, counts }: Rebuilding): Promise<void> {
	const { db } = storage;
	const entriesOf = sql<number>`(select count(*) from review_step_entry where step_id = review_step.id)`;
	await storage.batch([
		db.updateTable('review_step').set({ entries: entriesOf }).where('deposited_version', 'is', null),
		db.deleteFrom('notice'),
	]);
	for (const [count, table] of [
		['steps', 'review_step'],
		['comments', 'comment'],
		['proposals', 'proposal'],
		['entries', 'entry'],
	] as const) {
		const { rows } = await db
			.selectFrom(table)
			.select((select) => select.fn.countAll<number>().as('rows'))
			.executeTakeFirstOrThrow();
		counts[count] = rows;
	}
}
