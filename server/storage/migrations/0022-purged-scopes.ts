import { sql, type Kysely } from 'kysely';

/** Scopes of campaigns that were purged, where the campaign says what they were called. */
const QUOTED = `select under from campaign where under_title <> '' and under in (select entry_id from purged_entry)`;
const ORDERS = `state = 'done' and id in (select order_id from purged_entry where entry_id in (${QUOTED}))`;

const STATEMENTS = [
	`insert into audit (at, actor_id, actor_name, via, action, object, detail)
		select strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'server', 'server', 'server', 'purges.again', id, '{}'
		from purge_order where ${ORDERS}`,
	`update purge_order set state = 'approved', step = 'seal', failure = null, finished_at = null, certificate = null
		where ${ORDERS}`,
	// What such an order wrote anew for another reason has to be written anew again.
	`update purge_object set done_at = null where kind = 'campaign'
		and order_id in (select id from purge_order where state = 'approved')`,
	`update campaign set under_title = '' where under in (${QUOTED})`,
];

/**
 * A campaign over an entry says what it is called, so one over a purged entry must not. The archival store and free pages
 * of the database hold it too: the next start carries the orders out again, and makes certificates that are true.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
