import { sql, type Kysely } from 'kysely';
import type { Actor } from '#domain/base/actor.ts';
import type { EntryId } from '#domain/base/ids.ts';
import type { Schema } from '#server/storage/schema.ts';
import type { Statement } from '#server/storage/storage.ts';

/** Characters of the reason that a notice repeats. */
const NOTICE_LENGTH = 200;

/** Tells whoever submitted the entries, and whoever worked on them, that they were returned and why. */
export function noticesOfReturn(
	db: Kysely<Schema>,
	step: { readonly stepId: string; readonly why: string; readonly actor: Actor; readonly at: string },
	ids: readonly EntryId[],
): Statement[] {
	const { stepId, why, actor, at } = step;
	const list = sql.join([...ids]);
	return [
		sql`insert into notice (id, person_id, kind, entry_id, object_id, actor_name, text, at, read_at)
			select ${stepId} || ':' || entry_id || ':' || person_id, person_id, 'returned', entry_id, ${stepId},
				${actor.name}, ${why.slice(0, NOTICE_LENGTH)}, ${at}, null
			from (
				select entry_id, person_id from entry_editor where entry_id in (${list})
				union select id, submitted_by from entry where id in (${list}) and submitted_by is not null
			)
			where person_id <> ${actor.id}
			on conflict do nothing`.compile(db),
	];
}
