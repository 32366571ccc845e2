import { sql, type Selectable } from 'kysely';
import { Refusal } from '#domain/base/refusal.ts';
import type { Assignment, CampaignState, FindingCount } from '#domain/catalogue/checks/campaign.ts';
import type { RuleId, RuleSeverity } from '#domain/catalogue/rules/rule.ts';
import { demand, type Person } from '#domain/permissions/permissions.ts';
import type { CampaignTable, Schema } from '#server/storage/schema.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { Kysely } from 'kysely';
import type { ShownFix, ShownRun } from './shown-campaign.ts';

export type CampaignRow = Selectable<CampaignTable>;

/** Campaigns this person may hear of: those over the whole catalogue, and those over a fonds they work with. */
export async function campaignsFor(
	{ db }: Pick<Storage, 'db'>,
	person: Person,
	which: { readonly name?: string; readonly offset: number; readonly limit: number },
): Promise<{ readonly total: number; readonly rows: readonly CampaignRow[] }> {
	demand(person, 'see', { kind: 'checks' });
	let query = db.selectFrom('campaign');
	const { name } = which;
	if (name !== undefined)
		query = query.where((where) => where.or([where('id', '=', name), where('number', '=', name)]));
	const { fonds } = person;
	if (fonds !== null)
		query = query.where((where) =>
			where.or([
				where('under', 'is', null),
				...(fonds.length === 0
					? []
					: [
							where(
								'under',
								'in',
								where
									.selectFrom('entry')
									.select('id')
									.where('fonds_id', 'in', [...fonds]),
							),
						]),
			]),
		);
	const [{ count }, rows] = await Promise.all([
		query.select((select) => select.fn.countAll<number>().as('count')).executeTakeFirstOrThrow(),
		query
			.selectAll()
			.orderBy('created_at', 'desc')
			.orderBy('number', 'desc')
			.offset(which.offset)
			.limit(which.limit)
			.execute(),
	]);
	return { total: count, rows };
}

/** @throws {Refusal} 'catalogue.unknown-campaign' (404) */
export async function campaignNamed(
	storage: Pick<Storage, 'db'>,
	person: Person,
	name: string,
): Promise<CampaignRow> {
	const { rows } = await campaignsFor(storage, person, { name, offset: 0, limit: 1 });
	if (!rows[0]) throw new Refusal('catalogue.unknown-campaign', { campaign: name.slice(0, 60) }, 404);
	return rows[0];
}

/** The rules of a campaign; null for all. */
export function rulesOf({ rules }: Pick<CampaignRow, 'rules'>): readonly RuleId[] | null {
	return rules === null ? null : (JSON.parse(rules) as RuleId[]);
}

export function stateOf({ state }: Pick<CampaignRow, 'state'>): CampaignState {
	return state as CampaignState;
}

/** The first run and the last that ended, with their counts as far as the person works with the fonds. */
export async function runsOf(db: Kysely<Schema>, person: Person, campaignId: string): Promise<ShownRun[]> {
	const runs = await db
		.selectFrom('campaign_run')
		.selectAll()
		.where('campaign_id', '=', campaignId)
		.orderBy('run')
		.execute();
	const ended = runs.filter(({ finished_at: at }) => at !== null);
	const shown = new Set([ended[0]?.run, ended.at(-1)?.run]);
	let query = db
		.selectFrom('campaign_count')
		.selectAll()
		.where('campaign_id', '=', campaignId)
		.where(
			'run',
			'in',
			[...shown].map((run) => run ?? 0),
		);
	if (person.fonds !== null)
		query =
			person.fonds.length === 0
				? query.where(sql<boolean>`1 = 0`)
				: query.where('fonds_id', 'in', [...person.fonds]);
	const counts = Map.groupBy(await query.execute(), ({ run }) => run);
	return ended
		.filter(({ run }) => shown.has(run))
		.map((run) => ({
			run: run.run,
			startedAt: run.started_at,
			finishedAt: run.finished_at,
			entries: run.entries,
			actorName: run.actor_name,
			counts: (counts.get(run.run) ?? []).map((count): FindingCount => ({
				fondsId: count.fonds_id,
				rule: count.rule as RuleId,
				severity: count.severity as RuleSeverity,
				open: count.open,
				accepted: count.accepted,
			})),
		}));
}

export async function assignmentsOf(db: Kysely<Schema>, campaignId: string): Promise<Assignment[]> {
	const rows = await db
		.selectFrom('campaign_assignment')
		.selectAll()
		.where('campaign_id', '=', campaignId)
		.execute();
	return rows.map((row) => ({
		fondsId: row.fonds_id,
		rule: row.rule as RuleId | '',
		personId: row.person_id,
		personName: row.person_name,
	}));
}

export async function fixesOf(db: Kysely<Schema>, campaignId: string): Promise<ShownFix[]> {
	const rows = await db
		.selectFrom('campaign_fix')
		.selectAll()
		.where('campaign_id', '=', campaignId)
		.orderBy('at', 'desc')
		.execute();
	return rows.map((row) => ({
		id: row.id,
		rule: row.rule,
		fondsId: row.fonds_id,
		state: row.state as ShownFix['state'],
		edited: row.edited,
		ordered: row.ordered,
		leftOut: row.left_out,
		orderId: row.order_id,
		actorName: row.actor_name,
		at: row.at,
		undoneAt: row.undone_at,
	}));
}
