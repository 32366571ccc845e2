import { sql, type Kysely } from 'kysely';
import { isoAt } from '#domain/base/clock.ts';
import type { Schema } from '#server/storage/schema.ts';
import { canonicalJson } from './canonical-json.ts';
import { userOf } from './entry-deposit.ts';
import { PAGE, withRows, type RecordParts } from './record-deposits.ts';

/** How campaigns stand that are not under way, by id: otherwise than it was deposited it wants another version. */
export async function campaignStandings(
	db: Kysely<Schema>,
	id?: string,
): Promise<
	readonly { readonly id: string; readonly standing: string; readonly depositedAs: string | null }[]
> {
	let query = db
		.selectFrom('campaign')
		.select(['id', 'deposited_as'])
		.select(
			sql<string>`state || ' ' || run || ' ' || coalesce(finished_at, '') || ' ' || coalesce((select count(*) || ' ' || max(at)
				from campaign_assignment where campaign_id = campaign.id), '') || ' ' || coalesce((select group_concat(fix, ' ')
				from (select id || ' ' || state as fix from campaign_fix where campaign_id = campaign.id order by id)), '')`.as(
				'standing',
			),
		)
		.where('state', 'in', ['done', 'cancelled', 'failed', 'closed']);
	if (id !== undefined) query = query.where('id', '=', id);
	const rows = await query.execute();
	return rows.map((row) => ({ id: row.id, standing: row.standing, depositedAs: row.deposited_as }));
}

/** A campaign as it stands: scope, runs with what they found, who deals with what, and what was set all at once. */
export async function depositCampaign(parts: RecordParts, campaignId: string): Promise<string | undefined> {
	const { storage, worker, clock, software } = parts;
	const { db } = storage;
	const [standing] = await campaignStandings(db, campaignId);
	const campaign = await db
		.selectFrom('campaign')
		.selectAll()
		.where('id', '=', campaignId)
		.executeTakeFirst();
	if (!campaign || !standing) return undefined;
	const of = <T extends 'campaign_run' | 'campaign_assignment' | 'campaign_fix'>(table: T) =>
		db
			.selectFrom(table as 'campaign_run')
			.selectAll()
			.where('campaign_id', '=', campaignId)
			.execute();
	const [runs, assignments, fixes] = await Promise.all([
		of('campaign_run'),
		of('campaign_assignment'),
		of('campaign_fix'),
	]);
	const { deposited_as: _, position: __, ...record } = campaign;
	return withRows(
		parts,
		`${campaignId}-counts`,
		async (last: number) => {
			const rows = await db
				.selectFrom('campaign_count')
				.selectAll()
				.where('campaign_id', '=', campaignId)
				.orderBy('run')
				.orderBy('fonds_id')
				.orderBy('rule')
				.orderBy('severity')
				.offset(last)
				.limit(PAGE)
				.execute();
			return { rows, next: last + rows.length };
		},
		0,
		(countsPath) =>
			withRows(
				parts,
				`${campaignId}-fixes`,
				async ([fix, position]: readonly [string, number]) => {
					const rows = await db
						.selectFrom('campaign_fix_row')
						.selectAll()
						.where(
							'fix_id',
							'in',
							db.selectFrom('campaign_fix').select('id').where('campaign_id', '=', campaignId),
						)
						.where(sql<boolean>`(fix_id, position) > (${fix}, ${position})`)
						.orderBy('fix_id')
						.orderBy('position')
						.limit(PAGE)
						.execute();
					const end = rows.at(-1);
					return { rows, next: end && ([end.fix_id, end.position] as const) };
				},
				['', -1] as readonly [string, number],
				async (fixesPath) => {
					const { version, isNew } = await worker.put('record', {
						objectId: `urn:uuid:${campaignId}`,
						files: [
							[
								'campaign.json',
								canonicalJson({ schema: 'lantai-campaign/1', ...record, runs, assignments, fixes }),
							],
							['counts.jsonl', { path: countsPath }],
							['fixes.jsonl', { path: fixesPath }],
						],
						record: {
							schema: 'lantai-record/1',
							kind: 'campaign',
							campaignId,
							standing: standing.standing,
							software,
						},
						about: {
							created: isoAt(clock),
							message: `campaign: ${campaign.state}`,
							user: userOf({ id: campaign.created_id, name: campaign.created_name }),
						},
					});
					await db
						.updateTable('campaign')
						.set({ deposited_as: standing.standing })
						.where('id', '=', campaignId)
						.execute();
					return isNew ? version : undefined;
				},
			),
	);
}
