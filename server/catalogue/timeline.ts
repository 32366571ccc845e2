import { sql } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import type { FieldValue } from '#domain/catalogue/entry.ts';
import { timelineSteps, type LoggedEdit, type TimelineStep } from '#domain/collaboration/timeline.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Edits looked at for one answer. */
const MAX_EDITS = 2000;

/** A part of what happened to an entry. */
export interface Timeline {
	/** Newest first. */
	readonly steps: readonly TimelineStep[];
	/** There is more before the last of these steps. */
	readonly hasMore: boolean;
}

/**
 * What happened to an entry before a log position, or up to now. The building of an imported entry's document, which
 * the first to open it causes, is no edit of theirs.
 */
export async function readTimeline(storage: Storage, id: EntryId, before?: number): Promise<Timeline> {
	const doc = `entry:${id}`;
	const rows = await sql<{
		seq: number;
		actor_id: string;
		actor_name: string;
		via: string | null;
		received_at: string;
		field: string | null;
		from_values: string | null;
		to_value: string | null;
	}>`
		select seq, actor_id, actor_name, via, received_at, field, from_values, to_value from (
			select id as place, seq, actor_id, actor_name, via, received_at, field, from_values, to_value
				from entry_change where doc = ${doc}
			union all
			select 0, seq, actor_id, actor_name, via, received_at, null, null, null
				from log_line as edit
				where doc = ${doc}
				and not exists (select 1 from entry_change where entry_change.doc = edit.doc and entry_change.seq = edit.seq)
				and seq > (select min(seq) from log_line where doc = ${doc})
		) as edits
		where seq < ${before ?? Number.MAX_SAFE_INTEGER}
		order by seq desc, place desc limit ${MAX_EDITS}`.execute(storage.db);
	const edits = rows.rows.reverse().map((row): LoggedEdit => ({
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
	}));
	const steps = timelineSteps(edits);
	const hasMore = rows.rows.length === MAX_EDITS;
	// The oldest may have begun before what was looked at; the next answer tells it whole.
	return { steps: hasMore && steps.length > 1 ? steps.slice(0, -1) : steps, hasMore };
}
