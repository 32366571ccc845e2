import { sql, type RawBuilder } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import { happeningsOf, type Happening, type Said } from '#domain/collaboration/activity.ts';
import type { TakenStep } from '#domain/catalogue/review-states.ts';
import type { ReviewEvent } from '#domain/collaboration/review-event.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { parseDocName } from '#sync/entry-doc.ts';
import { isOfFonds } from '#server/catalogue/own-fonds.ts';
import { rowsById, visible } from '#server/catalogue/rows.ts';
import { editOf, type EditRow } from '#server/catalogue/timeline.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Positions of the log in one answer. */
const MAX_LOGGED = 400;
/** Characters of a comment or a reason that the list repeats. */
const TEXT_LENGTH = 300;

/** Which part of what happened. */
export interface ActivityFilter {
	/** Account id of who did it. */
	readonly actorId?: string | undefined;
	readonly fondsId?: EntryId | undefined;
	/** Before a log position. */
	readonly before?: number | undefined;
}

/** The entry something happened to, as a list names it. */
export interface ActivityEntry {
	readonly id: EntryId;
	readonly title: string;
	readonly dateText: string;
	readonly referenceCode: string;
	readonly level: string;
	readonly profile: string;
}

/** A part of what happened. */
export interface Activity {
	/** Newest first. */
	readonly happenings: readonly Happening[];
	readonly entries: readonly ActivityEntry[];
	/** Asked with it, the next answer goes on from here; null at the end. */
	readonly before: number | null;
}

type LoggedRow = EditRow & { readonly doc: string };

/** What happened in the entries a person works with: those they have visited, edited or said something about. */
export async function readActivity(
	storage: Storage,
	person: Person,
	{ actorId, fondsId, before = Number.MAX_SAFE_INTEGER }: ActivityFilter,
): Promise<Activity> {
	const { rows, before: next } = await readLogged(storage, person, { actorId, fondsId, before });
	const edits: { entryId: EntryId; edit: ReturnType<typeof editOf> }[] = [];
	const events: { entryId: EntryId; row: LoggedRow; event: ReviewEvent }[] = [];
	for (const row of rows.toReversed()) {
		const name = parseDocName(row.doc);
		if (name?.kind === 'entry') edits.push({ entryId: name.id, edit: editOf(row) });
		else if (name?.kind === 'review')
			events.push({ entryId: name.id, row, event: JSON.parse(row.to_value ?? '{}') as ReviewEvent });
	}
	const happenings = happeningsOf(
		edits,
		await saidOf(storage, events),
		await reviewsOf(storage, person, { actorId, fondsId }, await timesOf(storage, before, next)),
	);
	const entries = await rowsById(storage, person, [...new Set(happenings.map(({ entryId }) => entryId))]);
	const known = new Set(entries.map(({ id }) => id));
	return {
		happenings: happenings.filter(({ entryId }) => known.has(entryId)),
		entries: entries.map(({ id, title, dateText, referenceCode, level, profile }) => ({
			id,
			title,
			dateText,
			referenceCode,
			level,
			profile,
		})),
		before: next,
	};
}

/**
 * A part of the log, the newest first, and the position before which the next one goes on. Which positions it holds is
 * asked of the indexes first: settings hold whole values, and years of them would be read for one page.
 */
async function readLogged(
	storage: Storage,
	person: Person,
	{ actorId, fondsId, before }: ActivityFilter & { readonly before: number },
): Promise<{ readonly rows: readonly LoggedRow[]; readonly before: number | null }> {
	const docs = docsOf(storage, person, fondsId);
	const by = actorId === undefined ? sql`` : sql`and actor_id = ${actorId}`;
	const newest = await sql<{ seq: number }>`
		with docs(doc) as materialized (${docs})
		select seq from entry_change where doc in (select doc from docs) and seq < ${before} ${by}
		union
		select seq from log_line where doc in (select doc from docs) and seq < ${before} ${by}
		order by seq desc limit ${MAX_LOGGED}`.execute(storage.db);
	const first = newest.rows.at(-1)?.seq;
	if (first === undefined) return { rows: [], before: null };
	const { rows } = await sql<LoggedRow>`
		with docs(doc) as materialized (${docs})
		select doc, seq, actor_id, actor_name, via, received_at, field, from_values, to_value from (
			select id as place, doc, seq, actor_id, actor_name, via, received_at, field, from_values,
				case field when 'proposal' then json_remove(to_value, '$.fork', '$.values', '$.texts') else to_value end as to_value
				from entry_change where doc in (select doc from docs) and seq >= ${first} and seq < ${before} ${by}
			union all
			select 0, doc, seq, actor_id, actor_name, via, received_at, null, null, null
				from log_line as edit
				where doc in (select doc from docs) and doc < 'review:'
				and seq >= ${first} and seq < ${before} ${by}
				and not exists (select 1 from entry_change where entry_change.doc = edit.doc and entry_change.seq = edit.seq)
				and seq > (select min(seq) from log_line as first where first.doc = edit.doc)
		) as logged
		order by seq desc, place desc`.execute(storage.db);
	return { rows, before: newest.rows.length === MAX_LOGGED ? first : null };
}

/** Documents of the entries a person works with, and of what is said about them, as far as they may see them. */
function docsOf({ db }: Storage, person: Person, fondsId: EntryId | undefined): RawBuilder<unknown> {
	const mine = sql`
		select entry_id from visit where person_id = ${person.id}
		union select substr(doc, ${'entry:'.length + 1}) from entry_change
			where actor_id = ${person.id} and doc >= 'entry:' and doc < 'entry;'
		union select substr(doc, ${'review:'.length + 1}) from entry_change
			where actor_id = ${person.id} and doc >= 'review:' and doc < 'review;'`;
	let seen = visible(db, person)
		.select('entry.id')
		.where(sql<boolean>`entry.id in (${mine})`);
	if (fondsId !== undefined) seen = seen.where(isOfFonds(fondsId));
	return sql`select 'entry:' || id from (${seen}) union all select 'review:' || id from (${seen})`;
}

/** Between which times what happened lies: after the first, up to the second; without an end at the newest part. */
async function timesOf(
	{ db }: Storage,
	before: number,
	next: number | null,
): Promise<{ readonly after: string; readonly upTo: string | undefined }> {
	const timeAt = async (seq: number): Promise<string | undefined> =>
		(
			await db
				.selectFrom('log_line')
				.select('received_at')
				.where('seq', '>=', seq)
				.orderBy('seq')
				.limit(1)
				.executeTakeFirst()
		)?.received_at;
	return {
		after: next === null ? '' : ((await timeAt(next)) ?? ''),
		upTo: before === Number.MAX_SAFE_INTEGER ? undefined : await timeAt(before),
	};
}

/** Steps of review taken with entries a person works with. */
async function reviewsOf(
	storage: Storage,
	person: Person,
	{ actorId, fondsId }: ActivityFilter,
	{ after, upTo }: { readonly after: string; readonly upTo: string | undefined },
): Promise<(TakenStep & { readonly entryId: EntryId })[]> {
	let query = storage.db
		.selectFrom('review_step_entry')
		.innerJoin('review_step', 'review_step.id', 'review_step_entry.step_id')
		.select([
			'review_step_entry.entry_id',
			'review_step_entry.seq',
			'review_step.id',
			'review_step.step',
			'review_step.why',
			'review_step.actor_id',
			'review_step.actor_name',
			'review_step.at',
		])
		.where(sql<boolean>`'entry:' || review_step_entry.entry_id in (${docsOf(storage, person, fondsId)})`)
		.where('review_step.at', '>', after);
	if (upTo !== undefined) query = query.where('review_step.at', '<=', upTo);
	if (actorId !== undefined) query = query.where('review_step.actor_id', '=', actorId);
	const rows = await query.orderBy('review_step.at', 'desc').limit(MAX_LOGGED).execute();
	return rows.map((row) => ({
		entryId: row.entry_id as EntryId,
		id: row.id,
		step: row.step as TakenStep['step'],
		why: row.why,
		actorId: row.actor_id,
		actorName: row.actor_name,
		at: row.at,
		seq: row.seq,
	}));
}

async function saidOf(
	{ db }: Storage,
	events: readonly { readonly entryId: EntryId; readonly row: LoggedRow; readonly event: ReviewEvent }[],
): Promise<Said[]> {
	const ids = events.flatMap(({ event }) => (event.kind === 'comment' ? [event.id] : []));
	// A comment is repeated as it stands: worded anew, or not any more.
	const texts = new Map(
		(ids.length === 0
			? []
			: await db.selectFrom('comment').select(['id', 'text', 'is_withdrawn']).where('id', 'in', ids).execute()
		).map(({ id, text, is_withdrawn }) => [id, is_withdrawn === 1 ? '' : text]),
	);
	return events.flatMap(({ entryId, row, event }): Said[] => {
		const told = toldOf(event, texts);
		if (!told) return [];
		return [
			{
				...told,
				text: told.text.slice(0, TEXT_LENGTH),
				seq: row.seq,
				entryId,
				actorId: row.actor_id,
				actorName: row.actor_name,
				at: row.received_at,
			},
		];
	});
}

/** Undefined for what a list of what happened leaves out: other wordings of a comment. */
function toldOf(
	event: ReviewEvent,
	texts: ReadonlyMap<string, string>,
): Pick<Said, 'kind' | 'objectId' | 'text'> | undefined {
	switch (event.kind) {
		case 'comment':
			return {
				kind: event.thread === event.id ? 'comment' : 'answer',
				objectId: event.thread,
				text: texts.get(event.id) ?? '',
			};
		case 'resolution':
			return { kind: event.isResolved ? 'resolved' : 'reopened', objectId: event.of, text: '' };
		case 'proposal':
			return { kind: 'proposal', objectId: event.id, text: event.why };
		case 'decision':
			return { kind: event.verdict, objectId: event.of, text: event.why };
		case 'withdrawal':
			return { kind: 'withdrawal', objectId: event.of, text: '' };
		case 'revision':
			return undefined;
	}
}
