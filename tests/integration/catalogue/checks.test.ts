import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { rebuildArchive } from '#server/administration/rebuild/rebuild.ts';
import type { App } from '#server/app.ts';
import { isCheckGood, type CheckAnswer } from '#server/cli/check-verbs.ts';
import { resultText } from '#server/cli/output.ts';
import { runVerb } from '#server/cli/verbs.ts';
import { personOf } from '#tests/support/conflicts.ts';
import { aFlawedFonds, badBrackets, campaignEnded, campaignOver } from '#tests/support/checked-entries.ts';
import { registerEntries, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { by, fieldsOf } from '#tests/support/orders.ts';
import { sharedApp } from '#tests/support/shared-app.ts';
import { archiveIn } from '#tests/support/rebuilt.ts';
import { aFolder, startTestServer } from '#tests/support/server.ts';

const isLong = process.env['LANTAI_TEST_LONG'] !== undefined;
/** Enough for several steps of a run. */
const MANY = isLong ? 40_000 : 3500;
const never = new AbortController().signal;

/** Findings as people see them, without what tells when they were made. */
async function findingsOf(app: App, fonds: EntryId): Promise<readonly string[]> {
	const rows = await app.findings.list(system, { fondsId: fonds }, 0, 100_000);
	return rows
		.map(({ entryId, rule, field, message, params, value, suggestion }) =>
			JSON.stringify([entryId, rule, field, message, params, value, suggestion]),
		)
		.sort();
}

let app: App;
let people = 0;
let fondsNumber = 0;

sharedApp((made) => {
	app = made;
});

/** Somebody new. */
function aPerson(role: 'archivist' | 'reviewer' | 'reader') {
	return personOf(app, `人员${++people}`, role);
}

/** A fonds of its own for a test. */
function flawed(count: number, flaw: Parameters<typeof aFlawedFonds>[2] = badBrackets) {
	return aFlawedFonds(app, count, flaw, { number: nextNumber() });
}

function nextNumber(): string {
	return `Z${String(++fondsNumber).padStart(3, '0')}`;
}

/** Sets a field as somebody does, until its row and its findings say it. */
async function set(
	id: EntryId,
	field: string,
	value: string,
	actor = { id: 'x', name: '著录员', via: null },
) {
	await app.collaboration.projected(id, await app.collaboration.setField(id, field, value, actor));
}

describe('a campaign', () => {
	it('finds what is wrong with entries and across them, and counts it by rule and fonds', async () => {
		const number = nextNumber();
		const { fonds, items } = await aFlawedFonds(
			app,
			30,
			(at) => ({
				...badBrackets(at),
				...(at === 7 ? { referenceCode: `${number}-WS·2008·Y-0003` } : {}),
				...(at === 9 ? { documentDate: '20080230' } : {}),
			}),
			{ number },
		);
		const done = await campaignOver(app, fonds);
		expect(done).toMatchObject({ state: 'done', run: 1, done: 31, total: 31 });
		const open = (rule: string) =>
			done.counts.filter((count) => count.rule === rule).reduce((sum, each) => sum + each.open, 0);
		expect(open('R38')).toBe(30);
		expect(open('R05')).toBe(2);
		expect(open('R14')).toBe(1);
		expect(done.runs).toHaveLength(1);
		expect(done.runs[0]?.counts.reduce((sum, count) => sum + count.open, 0)).toBe(done.open);
		const page = await app.campaigns.findings(system, done.id, { rule: 'R14' }, 0, 10);
		expect(page.findings[0]).toMatchObject({ entryId: items[9], field: 'documentDate', severity: 'E' });
	});

	it('of some rules leaves what others found', async () => {
		const { fonds } = await flawed(5);
		const before = await campaignOver(app, fonds);
		await campaignOver(app, fonds, ['R14']);
		expect((await app.campaigns.show(system, before.id)).open).toBe(before.open);
	});

	it('over a part of a fonds speaks of that part alone', async () => {
		const { fonds, items } = await flawed(5);
		const done = await campaignOver(app, items[0] as EntryId);
		expect(done.done).toBe(1);
		const found = await app.findings.list(system, { fondsId: fonds }, 0, 100);
		expect(new Set(found.map(({ entryId }) => entryId))).toEqual(new Set([items[0]]));
	});

	it('is cancelled, keeps what it found, and runs again over all of it', async () => {
		const { fonds, items } = await flawed(MANY);
		// Several containers, so that it is cancelled behind some of them.
		const [first, ...others] = items;
		for (let from = 900; from < others.length; from += 900)
			await app.storage.db
				.updateTable('entry')
				.set({ parent_id: items[from / 900] as EntryId })
				.where('id', 'in', others.slice(from, from + 900))
				.execute();
		await app.storage.db
			.updateTable('entry')
			.set({ parent_id: first as EntryId })
			.where('id', 'in', others.slice(5, 900))
			.execute();
		const giveUp = new AbortController();
		const made = await app.campaigns.create(by(system), { name: '检查', under: fonds, rules: ['R38'] });
		const cancelled = await app.campaigns.ended(by(system), made.id, {
			signal: giveUp.signal,
			onProgress: () => giveUp.abort(),
		});
		expect(cancelled.state).toBe('cancelled');
		expect(cancelled.done).toBeLessThan(MANY + 1);
		expect(cancelled.open).toBeGreaterThan(0);
		// As if everything had to be looked at with other registers.
		await app.storage.db.deleteFrom('finding').where('fonds_id', '=', fonds).execute();
		await app.campaigns.runAgain(by(system), made.id);
		const done = await campaignEnded(app, made.id);
		expect(done).toMatchObject({ state: 'done', run: 2, open: MANY });
	});

	it('goes on where it was after a restart, and finds the same as one that was never interrupted', async () => {
		const dataDir = await aFolder();
		const first = await startTestServer({ dataDir });
		const { fonds } = await aFlawedFonds(first.app, 3500, (at) => ({
			...badBrackets(at),
			...(at % 1000 === 500 ? { referenceCode: 'Z001-WS·2008·Y-0002' } : {}),
		}));
		const made = await first.app.campaigns.create(by(system), { name: '检查', under: fonds, rules: null });
		await eventually(async () => {
			expect((await first.app.campaigns.show(system, made.id)).done).toBeGreaterThan(0);
		});
		await first.stop();
		const second = await startTestServer({ dataDir });
		const done = await campaignEnded(second.app, made.id);
		expect(done).toMatchObject({ state: 'done', run: 1 });
		const resumed = await findingsOf(second.app, fonds);
		await second.app.storage.db.deleteFrom('finding').execute();
		await campaignOver(second.app, fonds);
		expect(await findingsOf(second.app, fonds)).toEqual(resumed);
		expect(resumed.filter((each) => each.includes('rule_r05'))).toHaveLength(4);
	});
});

describe('when a row changes', () => {
	it('its findings are made anew at once, and in the end they are those of a whole run', async () => {
		const number = nextNumber();
		const { fonds, items } = await aFlawedFonds(app, 40, badBrackets, { number });
		const campaign = await campaignOver(app, fonds);
		const id = items[3] as EntryId;
		await set(id, 'documentNumber', '沧水〔2008〕4号');
		await set(items[5] as EntryId, 'referenceCode', `${number}-WS·2008·Y-0001`);
		await app.checker.settled();
		const found = await app.findings.list(system, { entryId: id }, 0, 100);
		expect(found.some(({ rule }) => rule === 'R38')).toBe(false);
		const incremental = await findingsOf(app, fonds);
		expect(incremental.some((each) => each.includes('rule_r05'))).toBe(true);
		await app.campaigns.runAgain(by(system), campaign.id);
		await campaignEnded(app, campaign.id);
		expect(await findingsOf(app, fonds)).toEqual(incremental);
	});

	it('what was deleted is no finding any more', async () => {
		const { fonds, items } = await flawed(3);
		await campaignOver(app, fonds);
		const id = items[0] as EntryId;
		await set(id, 'status', 'deleted');
		await app.checker.settled();
		expect(await app.findings.count(system, { entryId: id })).toBe(0);
	});
});

describe('an exception', () => {
	it('takes a finding off the list with a reason, and is void when the value changes', async () => {
		const { fonds, items } = await flawed(3, (at) => ({
			title: `沧浦区水利局关于整治第${at + 1}号河道的通知。`,
		}));
		const campaign = await campaignOver(app, fonds);
		const reviewer = await aPerson('reviewer');
		const id = items[0] as EntryId;
		const found = (await app.findings.list(reviewer, { entryId: id, rule: 'R28' }, 0, 10))[0];
		expect(found).toBeDefined();
		const place = { entryId: id, rule: 'R28' as const, field: 'title', value: found?.value ?? '' };
		await expect(app.exceptions.accept(by(reviewer), place, ' ')).rejects.toMatchObject({
			code: 'catalogue.exception-without-reason',
		});
		await app.exceptions.accept(by(reviewer), place, '原件如此');
		expect(
			(await app.findings.list(reviewer, { entryId: id, rule: 'R28' }, 0, 10))[0]?.accepted,
		).toMatchObject({ reason: '原件如此', name: reviewer.name });
		const after = await app.campaigns.show(reviewer, campaign.id);
		expect(after.counts.find(({ rule }) => rule === 'R28')).toMatchObject({ open: 2, accepted: 1 });
		await set(id, 'title', '沧浦区水利局关于整治河道的通知。');
		await app.checker.settled();
		const again = (await app.findings.list(reviewer, { entryId: id, rule: 'R28' }, 0, 10))[0];
		expect(again).toBeDefined();
		expect(again?.accepted).toBeUndefined();
	});

	it('of an error is not for who changed it last', async () => {
		const { fonds, items } = await flawed(2);
		const archivist = await aPerson('archivist');
		const id = items[0] as EntryId;
		await set(id, 'documentNumber', '沧水[2008]9号', { id: archivist.id, name: archivist.name, via: null });
		await campaignOver(app, fonds);
		const place = { entryId: id, rule: 'R38' as const, field: 'documentNumber', value: '沧水[2008]9号' };
		await expect(app.exceptions.accept(by(archivist), place, '原件如此')).rejects.toMatchObject({
			code: 'catalogue.own-exception',
		});
		const reviewer = await aPerson('reviewer');
		await app.exceptions.accept(by(reviewer), place, '原件如此');
		const reader = await aPerson('reader');
		await expect(app.exceptions.withdraw(by(reader), place, '')).rejects.toMatchObject({
			code: 'permissions.denied',
		});
	});
});

describe('all suggestions at once', () => {
	it('edit drafts and put what is registered into one order; both are taken back', async () => {
		const { fonds, items } = await flawed(600);
		const registered = items.slice(300);
		await registerEntries(app, registered);
		const campaign = await campaignOver(app, fonds);
		const archivist = await aPerson('archivist');
		const preview = await app.fixes.preview(by(archivist), campaign.id, { rule: 'R38' });
		expect(preview).toMatchObject({ edited: 300, ordered: 300, isPartial: false });
		expect(preview.examples[0]).toMatchObject({ from: '沧水[2008]1号', to: '沧水〔2008〕1号' });
		const outcome = await app.fixes.apply(by(archivist), campaign.id, { rule: 'R38' }, '六角括号');
		expect(outcome).toMatchObject({ edited: 300, ordered: 300, notSet: 0, isWhole: true });
		expect((await fieldsOf(app, items[0] as EntryId))['documentNumber']).toBe('沧水〔2008〕1号');
		expect((await fieldsOf(app, items[300] as EntryId))['documentNumber']).toBe('沧水[2008]301号');
		const order = await app.orders.show(archivist, outcome.orderId ?? '');
		expect(order).toMatchObject({ rows: 300, state: 'submitted' });
		await app.checker.settled();
		expect(await app.findings.count(system, { rule: 'R38', fondsId: fonds })).toBe(300);
		// A later word is not overruled.
		await set(items[1] as EntryId, 'documentNumber', '沧水〔2008〕99号');
		const undone = await app.fixes.undo(by(archivist), campaign.id, outcome.fixId);
		expect(undone.edited).toBe(299);
		expect((await fieldsOf(app, items[0] as EntryId))['documentNumber']).toBe('沧水[2008]1号');
		expect((await fieldsOf(app, items[1] as EntryId))['documentNumber']).toBe('沧水〔2008〕99号');
		expect((await app.orders.show(archivist, outcome.orderId ?? '')).state).toBe('withdrawn');
		await app.checker.settled();
		expect(await app.findings.count(system, { rule: 'R38', fondsId: fonds })).toBe(599);
	}, 30_000);

	it('of somebody who may not edit drafts sets nothing', async () => {
		const { fonds } = await flawed(3);
		const campaign = await campaignOver(app, fonds);
		const reviewer = await aPerson('reviewer');
		expect(await app.fixes.preview(by(reviewer), campaign.id, { rule: 'R38' })).toMatchObject({
			edited: 0,
			leftOut: { denied: 3 },
		});
		await expect(app.fixes.apply(by(reviewer), campaign.id, { rule: 'R38' }, 'x')).rejects.toMatchObject({
			code: 'catalogue.nothing-to-fix',
		});
	});
});

describe('who may', () => {
	it('readers hear nothing of checks; who works with some fonds only of those', async () => {
		const one = await flawed(2);
		const other = await flawed(2);
		const whole = await campaignOver(app, null);
		const reader = await aPerson('reader');
		await expect(app.campaigns.list(reader, 0, 10)).rejects.toMatchObject({ code: 'permissions.denied' });
		const limited = { ...(await aPerson('archivist')), fonds: [one.fonds] };
		const seen = await app.campaigns.show(limited, whole.id);
		expect(new Set(seen.counts.map(({ fondsId }) => fondsId))).toEqual(new Set([one.fonds]));
		await expect(app.campaigns.runAgain(by(limited), whole.id)).rejects.toMatchObject({
			code: 'permissions.denied',
		});
		const about = await campaignOver(app, other.fonds);
		await expect(app.campaigns.show(limited, about.id)).rejects.toMatchObject({
			code: 'catalogue.unknown-campaign',
		});
	});
});

describe('the command line', () => {
	it('checks an entry, a fonds by its number, and only some rules', async () => {
		const number = nextNumber();
		const { items } = await aFlawedFonds(app, 3, badBrackets, { number });
		const check = async (args: object) =>
			(await runVerb(
				app,
				{ verb: 'check', args: { limit: '2', ...args }, as: undefined, user: 'test', language: 'zh-CN' },
				{ signal: never, progress: () => undefined },
			)) as CheckAnswer;
		const one = await check({ id: items[0], rules: ['r38'] });
		expect(one.findings.map(({ rule, entryId }) => [rule, entryId])).toEqual([['R38', items[0]]]);
		expect(isCheckGood(one)).toBe(false);
		const all = await check({ fonds: number, rules: ['38'] });
		expect(all).toMatchObject({ total: 3, campaign: { state: 'done', done: 4, rules: ['R38'] } });
		expect(all.findings).toHaveLength(2);
		expect(resultText('check', all, 'zh-CN')).toContain('R38');
		await expect(check({ fonds: 'Z999' })).rejects.toMatchObject({ code: 'catalogue.unknown-fonds' });
		await expect(check({ fonds: number, rules: ['R99'] })).rejects.toMatchObject({
			code: 'catalogue.unknown-rule',
		});
	});
});

describe('a table of findings', () => {
	it('holds all of them, and nothing a spreadsheet would calculate', async () => {
		const { fonds } = await flawed(3, (at) => ({ title: at === 0 ? '=1+1' : '通知', ...badBrackets(at) }));
		const campaign = await campaignOver(app, fonds, ['R38']);
		const text = await new Response(await app.campaigns.csv(system, campaign.id, {})).text();
		const lines = text.trim().split('\r\n');
		expect(lines).toHaveLength(4);
		expect(lines[1]).toContain(",'=1+1,documentNumber,沧水[2008]1号,沧水〔2008〕1号,");
	});
});

describe('assignments', () => {
	it('make a work list for each person', async () => {
		const { fonds } = await flawed(4, (at) => ({ ...badBrackets(at), documentDate: '2008.3.5' }));
		const campaign = await campaignOver(app, fonds);
		const person = await aPerson('archivist');
		await app.campaigns.assign(by(system), campaign.id, { rule: 'R38', fondsId: '', personId: person.id });
		const mine = await app.campaigns.findings(system, campaign.id, { personId: person.id }, 0, 100);
		expect(mine.total).toBe(4);
		expect(new Set(mine.findings.map(({ rule }) => rule))).toEqual(new Set(['R38']));
	});
});

describe('the archival store', () => {
	it('has campaigns, what was set in them, and exceptions, and a rebuild brings them back', async () => {
		const { app, dataDir, stop } = await startTestServer();
		const { fonds, items } = await aFlawedFonds(app, 6);
		const campaign = await campaignOver(app, fonds);
		const archivist = await personOf(app, '著录员', 'archivist');
		await app.fixes.apply(by(archivist), campaign.id, { rule: 'R38' }, '六角括号');
		await app.campaigns.assign(by(system), campaign.id, {
			rule: 'R21',
			fondsId: fonds,
			personId: archivist.id,
		});
		const left = (await app.findings.list(system, { fondsId: fonds, isAccepted: false }, 0, 1))[0];
		if (!left) throw new Error('something is left to accept');
		await app.exceptions.accept(
			by(system),
			{ entryId: left.entryId as EntryId, rule: left.rule, field: left.field, value: left.value },
			'原件如此',
		);
		await app.campaigns.close(by(system), campaign.id);
		await app.preservation.flush('demand');
		expect(app.preservation.status().waiting).toBe(0);
		await stop();
		const before = archiveIn(dataDir);
		expect(before['campaign']).toHaveLength(1);
		expect(before['campaign_fix_row']).toHaveLength(6);
		const into = join(await aFolder(), 'rebuilt');
		await rebuildArchive(
			{ into, from: join(dataDir, 'archive') },
			{ id: 'system:ops', name: 'ops', via: 'cli' },
			systemClock,
			{ signal: never, progress: () => undefined },
		);
		const after = archiveIn(into);
		for (const table of [
			'campaign',
			'campaign_run',
			'campaign_count',
			'campaign_assignment',
			'campaign_fix',
			'campaign_fix_row',
			'register_version',
		])
			expect(after[table], table).toEqual(before[table]);
		expect(items).toHaveLength(6);
	}, 30_000);
});
