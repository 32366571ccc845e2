import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import type { PurgeStep } from '#domain/administration/purge.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { createApp, type App } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { aFolder } from '#tests/support/folder.ts';
import { by } from '#tests/support/orders.ts';
import { anApprovedPurge, SECRET } from '#tests/support/purges.ts';
import { findWords } from '#tests/support/raw-bytes.ts';

/** An archive in which something is written at a step of a purge, by who had read the entry before. */
async function anArchive(retryMs: number, at: PurgeStep, late: (database: DatabaseSync, app: App) => void) {
	const dataDir = await aFolder();
	let isLate = true;
	const beforeStep = (step: PurgeStep): void => {
		if (step !== at || !isLate) return;
		isLate = false;
		const database = new DatabaseSync(join(dataDir, 'lantai.sqlite'), { timeout: 10_000 });
		late(database, app);
		database.close();
	};
	const app: App = await createApp(readConfig({ data: dataDir, port: '0', logLevel: 'silent' }), {
		purge: { retryMs, beforeStep },
	});
	onTestFinished(() => app.close());
	return { app, dataDir };
}

function aFinding(database: DatabaseSync, id: EntryId): void {
	database
		.prepare(
			`insert into finding (entry_id, fonds_id, rule, field, severity, message, params, value, first_seen)
			values (?, ?, 'R38', 'title', 'E', 'rule_r38_brackets', '{}', ?, '2026-01-01T00:00:00.000Z')`,
		)
		.run(id, id, SECRET);
}

async function demandDone(app: App, dataDir: string, number: string): Promise<void> {
	await app.purges.ended(number);
	expect(await app.purges.show(system, number)).toMatchObject({ state: 'done', failure: null });
	expect(findWords(dataDir, [SECRET])).toEqual([]);
	expect((await app.preservation.verify()).errors).toEqual([]);
}

it('removes findings that were written while their entry went, before the database is written anew', async () => {
	let id = '' as EntryId;
	// Nothing is tried again in the time of a test.
	const { app, dataDir } = await anArchive(600_000, 'rows', (database) => aFinding(database, id));
	id = await aMadeEntry(app, { title: `全宗${SECRET}`, level: 'fonds' });
	const { number } = await anApprovedPurge(app, [id]);
	await demandDone(app, dataDir, number);
});

it('is done again from its beginning when something is found that came after its step', async () => {
	let id = '' as EntryId;
	let campaign = '';
	const { app, dataDir } = await anArchive(1, 'search', (database, { preservation }) => {
		aFinding(database, id);
		database.exec(`insert into campaign_fix (id, campaign_id, rule, fonds_id, state, actor_id, actor_name, at)
				values ('fix', '${campaign}', 'R38', '${id}', 'applied', 'a', '甲', '2026-01-01T00:00:00.000Z');
			insert into campaign_fix_row (fix_id, position, entry_id, field, old_value, new_value, element_id,
				undo_element_id, state, why) values ('fix', 0, '${id}', 'title', '"${SECRET}"', '""', 'e', 'u', 'applied', '')`);
		// Also into an object that was written anew, as soon as the store is let go.
		preservation.noteCampaign(campaign);
	});
	id = await aMadeEntry(app, { title: `全宗${SECRET}`, level: 'fonds' });
	campaign = (await app.campaigns.create(by(system), { name: '检查', under: id, rules: ['R38'] })).id;
	await app.campaigns.ended(by(system), campaign, {
		signal: new AbortController().signal,
		onProgress: () => undefined,
	});
	await app.preservation.flush('demand');
	const { number } = await anApprovedPurge(app, [id]);
	await demandDone(app, dataDir, number);
});

it('who asks for a check while the entry is being read waits until it was read again', async () => {
	const { app } = await anArchive(1, 'seal', () => undefined);
	const id = await aMadeEntry(app, { title: '全宗', level: 'fonds' });
	await app.checker.settled();
	let times = 0;
	app.checker.onRechecked(() => void times++);
	const first = app.checker.recheck([id]);
	// By then it was asked for; an answer would come as an event.
	for (let turns = 0; turns < 20; turns++) await Promise.resolve();
	await app.checker.recheck([id]);
	expect(times).toBe(2);
	await first;
});
