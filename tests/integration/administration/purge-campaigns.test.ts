import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { rebuildArchive } from '#server/administration/rebuild/rebuild.ts';
import { createApp, type App } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { up } from '#server/storage/migrations/0022-purged-scopes.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { aFolder } from '#tests/support/folder.ts';
import { by } from '#tests/support/orders.ts';
import { anApprovedPurge, aPurge, SECRET } from '#tests/support/purges.ts';
import { findWords } from '#tests/support/raw-bytes.ts';

async function open(dataDir: string): Promise<App> {
	const app = await createApp(readConfig({ data: dataDir, port: '0', logLevel: 'silent' }));
	onTestFinished(() => app.close());
	return app;
}

/** A campaign over one entry that has ended and lies in the store. */
async function campaignOver(app: App, under: EntryId): Promise<string> {
	const { id } = await app.campaigns.create(by(system), { name: '检查', under, rules: ['R38'] });
	await app.campaigns.ended(by(system), id, {
		signal: new AbortController().signal,
		onProgress: () => undefined,
	});
	await app.preservation.flush('demand');
	return id;
}

it('takes code and title of an entry out of the campaigns that were over it, in database and store', async () => {
	const dataDir = await aFolder();
	const app = await open(dataDir);
	const gone = await aMadeEntry(app, { title: `全宗${SECRET}`, level: 'fonds' });
	const stays = await aMadeEntry(app, { title: '留下的全宗', level: 'fonds' });
	const campaign = await campaignOver(app, gone);
	const other = await campaignOver(app, stays);
	expect(findWords(join(dataDir, 'archive'), [SECRET]).some((each) => each.includes('campaign.json'))).toBe(
		true,
	);

	const { number } = await anApprovedPurge(app, [gone]);
	await app.purges.ended(number);
	expect(await app.purges.show(system, number)).toMatchObject({ state: 'done', failure: null });
	expect(findWords(dataDir, [SECRET])).toEqual([]);
	const { counts, objects } = await app.purges.certificate(system, number);
	expect(counts).toMatchObject({ campaign: 1 });
	expect(objects.map(({ kind, action }) => `${kind} ${action}`)).toEqual([
		'entry remove',
		'campaign rewrite',
	]);
	expect((await app.campaigns.show(system, campaign)).underTitle).toBe('');
	expect((await app.campaigns.show(system, other)).underTitle).toBe('留下的全宗');
	await app.campaigns.close(by(system), campaign);
	expect((await app.campaigns.show(system, campaign)).state).toBe('closed');
	// Deposited anew it is as it was rewritten.
	app.preservation.noteCampaign(campaign);
	await app.preservation.flush('demand');
	expect((await app.preservation.verify()).errors).toEqual([]);
	expect(findWords(dataDir, [SECRET])).toEqual([]);
});

/** An archive in which a campaign over a purged entry still says its title, in database and store. */
async function aLeftTitle(): Promise<{ readonly dataDir: string; readonly number: string }> {
	const dataDir = await aFolder();
	const app = await createApp(readConfig({ data: dataDir, port: '0', logLevel: 'silent' }));
	const gone = await aMadeEntry(app, { title: '全宗', level: 'fonds' });
	const campaign = await campaignOver(app, gone);
	const { number } = await aPurge(app, [gone]);
	await app.storage.db
		.updateTable('campaign')
		.set({ under_title: `全宗${SECRET}`, deposited_as: null })
		.where('id', '=', campaign)
		.execute();
	app.preservation.noteCampaign(campaign);
	await app.preservation.flush('demand');
	expect(findWords(join(dataDir, 'archive'), [SECRET])).not.toEqual([]);
	await app.close();
	return { dataDir, number };
}

async function demandGone(dataDir: string, number: string): Promise<void> {
	const app = await open(dataDir);
	await app.purges.ended(number);
	expect(await app.purges.show(system, number)).toMatchObject({ state: 'done', failure: null });
	expect(findWords(dataDir, [SECRET])).toEqual([]);
	const { objects } = await app.purges.certificate(system, number);
	expect(objects.map(({ kind }) => kind)).toContain('campaign');
	expect((await app.preservation.verify()).errors).toEqual([]);
}

it('carries an order out again that was done and left it: after an upgrade, and in a rebuilt database', async () => {
	const { dataDir, number } = await aLeftTitle();
	const into = join(await aFolder(), 'rebuilt');
	await rebuildArchive(
		{ into, from: join(dataDir, 'archive') },
		{ id: 'system:test', name: 'test', via: 'cli' },
		systemClock,
		{ signal: new AbortController().signal, progress: () => undefined },
	);
	await demandGone(into, number);

	const storage = await openStorage({ dataDir });
	await up(storage.db as Kysely<unknown>);
	await storage.close();
	await demandGone(dataDir, number);
});
