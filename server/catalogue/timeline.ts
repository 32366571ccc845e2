import { sql } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import type { FieldValue } from '#domain/catalogue/entry.ts';
import { timelineSteps, type LoggedEdit, type TimelineStep } from '#domain/collaboration/timeline.ts';
import type { TakenStep } from '#domain/catalogue/review-states.ts';
import type { Storage } from '#server/storage/storage.ts';

import { stepsTaken } from './review-facts.ts';

/** Edits looked at for one answer. */
const MAX_EDITS = 2000;

/** A part of what happened to an entry. */
export interface Timeline {
	/** Newest first. */
	readonly steps: readonly TimelineStep[];
	/** Steps of review, the newest first: all of them with the newest part, none with the others. */
	readonly review: readonly TakenStep[];
	/** There is more before the last of these steps. */
	readonly hasMore: boolean;
}

/** What happened to an entry before a log position, or up to now. */
export async function readTimeline(storage: Storage, id: EntryId, before?: number): Promise<Timeline> {
	const edits = await readEdits(storage, id, { before });
	const taken = await stepsTaken(storage, [id]);
	const steps = timelineSteps(
		edits,
		taken.map(({ seq }) => seq),
	);
	const hasMore = edits.length === MAX_EDITS;
	// The oldest may have begun before what was looked at; the next answer tells it whole.
	return {
		steps: hasMore && steps.length > 1 ? steps.slice(0, -1) : steps,
		hasMore,
		review: before === undefined ? taken.toReversed() : [],
	};
}

/**
 * The newest edits of an entry between two log positions, in the order of the log. The building of an imported entry's
 * document, which the first to open it causes, is no edit of theirs.
 */
export async function readEdits(
	storage: Storage,
	id: EntryId,
	{
		after = 0,
		before = Number.MAX_SAFE_INTEGER,
	}: { readonly after?: number; readonly before?: number | undefined },
): Promise<LoggedEdit[]> {
	const doc = `entry:${id}`;
	const { rows } = await sql<EditRow>`
		select seq, actor_id, actor_name, via, received_at, field, from_values, to_value from (
			select id as place, seq, actor_id, actor_name, via, received_at, field, from_values, to_value
				from entry_change where doc = ${doc} and seq > ${after}
			union all
			select 0, seq, actor_id, actor_name, via, received_at, null, null, null
				from log_line as edit
				where doc = ${doc} and seq > ${after}
				and not exists (select 1 from entry_change where entry_change.doc = edit.doc and entry_change.seq = edit.seq)
				and seq > (select min(seq) from log_line where doc = ${doc})
		) as edits
		where seq < ${before}
		order by seq desc, place desc limit ${MAX_EDITS}`.execute(storage.db);
	return rows.reverse().map(editOf);
}

/** A setting, or an edit of long texts, as the tables of the log have it. */
export interface EditRow {
	readonly seq: number;
	readonly actor_id: string;
	readonly actor_name: string;
	readonly via: string | null;
	readonly received_at: string;
	/** Null for an edit that set no field. */
	readonly field: string | null;
	readonly from_values: string | null;
	readonly to_value: string | null;
}

/** What such a row says. */
export function editOf(row: EditRow): LoggedEdit {
	return {
		seq: row.seq,
		actorId: row.actor_id,
		actorName: row.actor_name,
		via: row.via,
		at: row.received_at,
		setting:
			row.field === null
				? undefined
				: {
						field: row.field,
						from: JSON.parse(row.from_values ?? '[]') as FieldValue[],
						to: JSON.parse(row.to_value ?? 'null') as FieldValue,
					},
	};
}
