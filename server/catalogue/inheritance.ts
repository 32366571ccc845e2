import { sql, type Kysely } from 'kysely';
import type { Schema } from '#server/storage/schema.ts';
import type { Statement } from '#server/storage/storage.ts';
import { hasOwnFonds } from './own-fonds.ts';

/**
 * A statement that writes anew what an entry and all below it inherit: their fonds (`fondsOfEntry`), the access
 * status (own, else that of the nearest ancestor that has one, else `notReviewed`), and whether an ancestor is deleted.
 * Cost: one look-up for each descendant.
 */
export function inheritedUpdate(db: Kysely<Schema>, id: string): Statement {
	return sql`
		update entry set fonds_id = down.fonds_id, hidden = down.hidden,
			access_status = case when entry.own_access = 'structural' then 'structural' else down.access end
		from (
			with recursive down(id, fonds_id, access, hidden, gone) as (
				select child.id,
					case when ${hasOwnFonds('child')} then child.id else coalesce(parent.fonds_id, child.id) end,
					coalesce(nullif(child.own_access, 'structural'), nullif(parent.access_status, 'structural'), 'notReviewed'),
					case when coalesce(parent.hidden, 0) = 1 or coalesce(parent.status, 'active') not in ('active', 'purged') then 1 else 0 end,
					case when child.status not in ('active', 'purged') then 1 else 0 end
				from entry as child left join entry as parent on parent.id = child.parent_id
				where child.id = ${id}
				union all
				select child.id, case when ${hasOwnFonds('child')} then child.id else down.fonds_id end,
					coalesce(nullif(child.own_access, 'structural'), down.access),
					case when down.hidden = 1 or down.gone = 1 then 1 else 0 end,
					case when child.status not in ('active', 'purged') then 1 else 0 end
				from entry as child join down on child.parent_id = down.id
			) select id, fonds_id, access, hidden from down
		) as down
		where entry.id = down.id`.compile(db);
}
