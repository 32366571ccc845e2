import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import type { RuleId } from '#domain/catalogue/rules/rule.ts';
import type { App } from '#server/app.ts';
import { aFlawedFonds, badBrackets, campaignEnded, campaignOver } from '#tests/support/checked-entries.ts';
import { system } from '#tests/support/entries.ts';
import { by } from '#tests/support/orders.ts';
import { sharedApp } from '#tests/support/shared-app.ts';

let app: App;
let fondsNumber = 0;

sharedApp((made) => {
	app = made;
});

/** A fonds of its own for a test, whose items R38 and R46 find. */
function flawed(count: number) {
	const number = `Z${String(++fondsNumber).padStart(3, '0')}`;
	return aFlawedFonds(app, count, (at) => ({ ...badBrackets(at), retentionPeriod: 'C' }), { number });
}

/** Nothing of that kind can be written until it is ended. */
async function refusing(table: 'finding' | 'campaign_count', when: string): Promise<() => Promise<void>> {
	await sql
		.raw(
			`create trigger refusing before insert on ${table} when ${when}
			begin select raise(abort, 'nothing is written here'); end`,
		)
		.execute(app.storage.db);
	const end = async () => void (await sql.raw('drop trigger if exists refusing').execute(app.storage.db));
	onTestFinished(end);
	return end;
}

const begin = (under: EntryId, rule: RuleId) =>
	app.campaigns.create(by(system), { name: '检查', under, rules: [rule] });
const keptOf = async (fonds: EntryId) =>
	(await app.storage.db.selectFrom('finding').select('id').where('fonds_id', '=', fonds).execute()).length;

describe('a campaign that fails', () => {
	it.each([
		['while it runs', 'finding'],
		['while it is counted', 'campaign_count'],
	] as const)('%s says so, and the next begins', async (_when, table) => {
		const { fonds } = await flawed(3);
		await refusing(table, `new.rule = 'R38'`);
		const [first, second] = await Promise.all([begin(fonds, 'R38'), begin(fonds, 'R46')]);
		const ended = await Promise.all([campaignEnded(app, first.id), campaignEnded(app, second.id)]);
		expect(ended.map(({ state }) => state)).toEqual(['failed', 'done']);
		expect(app.checker.runId).toBeUndefined();
	});

	it('is told to who waits for an entry, which is checked as soon as it can be', async () => {
		const { fonds, items } = await flawed(2);
		const [id, other] = items as [EntryId, EntryId];
		const end = await refusing('finding', `new.entry_id = '${id}'`);
		await expect(app.checker.recheck([id])).rejects.toThrow('nothing is written here');
		expect(await keptOf(fonds)).toBe(0);
		await end();
		await app.checker.recheck([other]);
		await app.checker.settled();
		expect(await app.findings.count(system, { entryId: id, rules: ['R38', 'R46'] })).toBe(2);
	});
});

it('campaigns are numbered on when some are gone', async () => {
	const { fonds } = await flawed(1);
	const [first, second] = [await campaignOver(app, fonds), await campaignOver(app, fonds)];
	await app.storage.db.deleteFrom('campaign').where('id', '=', first.id).execute();
	const numberOf = (number: string) => Number(number.slice(5));
	expect(numberOf((await campaignOver(app, fonds)).number)).toBe(numberOf(second.number) + 1);
});

describe('of entries that were deleted', () => {
	it('nothing is counted or listed, also of what lies in them, and a run over everything removes it', async () => {
		const { fonds } = await flawed(2);
		const campaign = await campaignOver(app, fonds, ['R38', 'R46']);
		expect(campaign.open).toBe(4);
		const set = async (status: string) => {
			const actor = { id: 'x', name: '著录员', via: null };
			await app.collaboration.projected(
				fonds,
				await app.collaboration.setField(fonds, 'status', status, actor),
			);
			await app.checker.settled();
		};
		await set('deleted');
		const { open, counts } = await app.campaigns.show(system, campaign.id);
		expect({ open, counts }).toEqual({ open: 0, counts: [] });
		expect(await app.campaigns.findings(system, campaign.id, {}, 0, 10)).toMatchObject({
			total: 0,
			findings: [],
		});
		await set('active');
		expect((await app.campaigns.show(system, campaign.id)).open).toBe(4);
		await set('deleted');
		await campaignOver(app, null, ['R14']);
		expect(await keptOf(fonds)).toBe(0);
	});
});
