import { sql, type Kysely } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import { isEdited } from '#server/catalogue/edited.ts';
import type { Schema } from '#server/storage/schema.ts';
import { campaignStandings } from './campaign-deposit.ts';
import { decisionStanding } from './archive-records.ts';
import { orderStanding } from './record-deposits.ts';

/** What the database holds and no version does. */
export interface Undeposited {
	/** Edited, or with comments or decisions of their own. */
	readonly entries: readonly EntryId[];
	/** Accepted ones, also those that were undone since: somebody decided it, and their files were handed in. */
	readonly imports: readonly string[];
	/** Steps of review over entries that have no object of their own. */
	readonly steps: readonly string[];
	readonly orders: readonly string[];
	/** Over many conflicts. */
	readonly decisions: readonly string[];
	/** Imports that were undone. */
	readonly undone: readonly string[];
	/** Campaigns of checks that are not under way. */
	readonly campaigns: readonly string[];
	/** Registers with versions the store has not. */
	readonly registers: readonly string[];
	/** `all` when something was done with reference codes that the store has not. */
	readonly codes: readonly string[];
}

/** Finds it, after a start. */
export async function undeposited(db: Kysely<Schema>): Promise<Undeposited> {
	const edited = await db
		.selectFrom('log_head')
		.innerJoin('entry', (join) =>
			join.on((on) =>
				on('entry.id', '=', on.fn<string>('substr', [on.ref('log_head.doc'), on.lit('entry:'.length + 1)])),
			),
		)
		.select('entry.id')
		.where('log_head.doc', 'like', 'entry:%')
		.where((where) =>
			where.or([
				where('entry.deposited_seq', 'is', null),
				where('entry.deposited_seq', '<', where.ref('log_head.seq')),
			]),
		)
		// An entry that was only opened says nothing its import has not said.
		.where(isEdited)
		.execute();
	const said = await db
		.selectFrom('log_head')
		.leftJoin('review', (join) =>
			join.on(sql<string>`'review:' || review.entry_id`, '=', sql.ref('log_head.doc')),
		)
		.select('log_head.doc')
		.where('log_head.doc', 'like', 'review:%')
		.where(sql<boolean>`log_head.seq > coalesce(review.deposited_seq, 0)`)
		.execute();
	const decided = await db
		.selectFrom('entry')
		.select('id')
		.where(sql<boolean>`last_step is distinct from deposited_step`)
		.where((where) => where.or([where('projected_seq', '>', 0), where('deposited_seq', 'is not', null)]))
		.execute();
	const imports = await db
		.selectFrom('import')
		.select('id')
		.where('state', '!=', 'staging')
		.where('deposited_version', 'is', null)
		.execute();
	const steps = await db
		.selectFrom('entry')
		.select('last_step')
		.distinct()
		.where(sql<boolean>`last_step is distinct from deposited_step`)
		.where('projected_seq', '=', 0)
		.where('deposited_seq', 'is', null)
		.execute();
	const orders = await db
		.selectFrom('correction_order')
		.select(['id', 'state', 'decided_at', 'finished_at', 'undone_at', 'deposited_as'])
		.where('state', '!=', 'draft')
		.execute();
	const decisions = await db.selectFrom('decision').select(['id', 'undone_at', 'deposited_as']).execute();
	const registers = await db
		.selectFrom('register_version')
		.leftJoin('register_deposit', 'register_deposit.register', 'register_version.register')
		.select('register_version.register')
		.distinct()
		.where(sql<boolean>`register_version.id > coalesce(register_deposit.version_id, 0)`)
		.execute();
	const codes = await db
		.selectFrom('code_event')
		.select('id')
		.where(sql<boolean>`id > coalesce((select position from code_progress where name = 'deposit'), 0)`)
		.limit(1)
		.executeTakeFirst();
	const undone = await db
		.selectFrom('import as received')
		.select('id')
		.where(({ exists, selectFrom }) =>
			exists(
				selectFrom('import_event')
					.select('import_event.id')
					.whereRef('import_event.import_id', '=', 'received.id')
					.whereRef('import_event.id', '>', 'received.deposited_event'),
			),
		)
		.execute();
	const ids = new Set([
		...edited.map(({ id }) => id),
		...said.map(({ doc }) => doc.slice('review:'.length)),
		...decided.map(({ id }) => id),
	]);
	return {
		entries: [...ids] as EntryId[],
		imports: imports.map(({ id }) => id),
		steps: steps.flatMap(({ last_step }) => (last_step === null ? [] : [last_step])),
		orders: orders.flatMap((order) => (order.deposited_as === orderStanding(order) ? [] : [order.id])),
		decisions: decisions.flatMap((each) => (each.deposited_as === decisionStanding(each) ? [] : [each.id])),
		undone: undone.map(({ id }) => id),
		campaigns: (await campaignStandings(db)).flatMap(({ id, standing, depositedAs }) =>
			standing === depositedAs ? [] : [id],
		),
		registers: registers.map(({ register }) => register),
		codes: codes ? ['all'] : [],
	};
}
