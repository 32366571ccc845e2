import { eachLines, filling, recordOf, standingIn, type Rebuilding } from './rebuilding.ts';

const COUNT = ['campaign_id', 'run', 'fonds_id', 'rule', 'severity', 'open', 'accepted'] as const;
const FIX_ROW = [
	'fix_id',
	'position',
	'entry_id',
	'field',
	'old_value',
	'new_value',
	'element_id',
	'undo_element_id',
	'state',
	'why',
] as const;

type Cells<Columns extends readonly string[]> = Readonly<Record<Columns[number], unknown>>;

/** Campaigns with their runs, counts, assignments, and what was set all at once. What the rules find now is found anew. */
export async function rebuildCampaigns(rebuilding: Rebuilding): Promise<void> {
	const { storage, scan, counts } = rebuilding;
	const { db } = storage;
	const countRows = filling<Cells<typeof COUNT>>(storage, 'campaign_count', COUNT);
	const fixRows = filling<Cells<typeof FIX_ROW>>(storage, 'campaign_fix_row', FIX_ROW);
	for (const folder of scan.records.campaign) {
		const found = await recordOf(rebuilding, folder, 'campaign.json', ['counts.jsonl', 'fixes.jsonl']);
		if (!found) continue;
		const {
			schema: _,
			runs,
			assignments,
			fixes,
			...campaign
		} = found.json as {
			schema: string;
			runs: readonly object[];
			assignments: readonly object[];
			fixes: readonly object[];
		};
		const standing = standingIn(found);
		await storage.batch([
			db.insertInto('campaign').values({ ...campaign, position: null, deposited_as: standing } as never),
			...runs.map((run) => db.insertInto('campaign_run').values(run as never)),
			...assignments.map((each) => db.insertInto('campaign_assignment').values(each as never)),
			...fixes.map((fix) => db.insertInto('campaign_fix').values(fix as never)),
		]);
		await eachLines<Cells<typeof COUNT>>(
			rebuilding,
			folder,
			'counts.jsonl',
			(lines) => storage.bulk([countRows.of(lines)]),
			found.part,
		);
		await eachLines<Cells<typeof FIX_ROW>>(
			rebuilding,
			folder,
			'fixes.jsonl',
			(lines) => storage.bulk([fixRows.of(lines)]),
			found.part,
		);
		counts.campaigns++;
	}
}
