import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { createId } from '#domain/base/ids.ts';
import { createApp, type App } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { aFlawedFonds, badBrackets } from '#tests/support/checked-entries.ts';
import { system } from '#tests/support/entries.ts';
import { anEntryRow, bulkOf } from '#tests/support/entry-rows.ts';
import { eventually } from '#tests/support/eventually.ts';
import { by } from '#tests/support/orders.ts';
import { spawnServer } from '#tests/support/server-process.ts';
import { aFolder } from '#tests/support/server.ts';

const isLong = process.env['LANTAI_TEST_LONG'] !== undefined;
const KILLS = isLong ? 6 : 1;
const ENTRIES = isLong ? 20_000 : 3500;

/** Writing what a step found takes about a second: whoever sees one step can end the process in the middle of the next. */
const SLOWER = `create trigger slower after update of done on campaign begin
	select count(*) from (with recursive n(i) as (select 1 union all select i + 1 from n where i < 8000000) select i from n);
end`;

interface Standing {
	readonly state: string;
	readonly done: number;
	readonly total: number;
	readonly run: number;
}

function opened(dataDir: string): Promise<App> {
	return createApp(readConfig({ data: dataDir, port: '0' }, { LANTAI_LOG_LEVEL: 'silent' }));
}

async function ended(app: App, id: string): Promise<void> {
	await app.campaigns.ended(by(system), id, {
		signal: new AbortController().signal,
		onProgress: () => undefined,
	});
}

it('a campaign goes on after its server was killed, and ends with what an undisturbed one finds', async () => {
	const dataDir = await aFolder();
	const app = await opened(dataDir);
	const { fonds, items } = await aFlawedFonds(app, ENTRIES, (at) => ({
		...(at % 20 === 0 ? badBrackets(at) : {}),
		...(at % 1000 === 500 ? { referenceCode: 'Z001-WS·2008·Y-0002' } : {}),
	}));
	// Some of it lies deeper, so that the kill comes between containers or within one.
	await app.storage.bulk([
		bulkOf(
			items.slice(0, 300).map((parent, at) =>
				anEntryRow({
					id: createId(),
					parent_id: parent,
					fonds_id: fonds,
					level: 'item',
					order_key: 'a0',
					title: '通知',
					reference_code: '',
					fields: JSON.stringify({ title: at % 3 === 0 ? '通知' : '沧浦区水利局关于防汛的通知' }),
				}),
			),
		),
	]);
	const { id } = await app.campaigns.create(by(system), { name: '检查', under: null, rules: null });
	await ended(app, id);
	await app.close();

	const database = new DatabaseSync(join(dataDir, 'lantai.sqlite'), { timeout: 10_000 });
	const standing = (): Standing =>
		database
			.prepare('select state, done, total, run from campaign where id = ?')
			.get(id) as unknown as Standing;
	const findings = (): unknown[] =>
		database
			.prepare(
				'select entry_id, rule, field, message, params, value, suggestion from finding order by entry_id, message, field, params',
			)
			.all();
	try {
		const undisturbed = findings();
		const whole = standing();
		expect(undisturbed.length).toBeGreaterThan(ENTRIES / 20);
		expect(whole).toMatchObject({ state: 'done', done: ENTRIES + 301, run: 1 });
		// As if it had just begun.
		database.exec('delete from finding');
		database.exec(`update campaign set state = 'waiting', position = null, done = 0, finished_at = null`);
		database.exec(SLOWER);

		for (let kill = 0, before = 0; kill < KILLS; kill++) {
			// Looked at from the start: the run goes on before anybody can connect.
			const server = spawnServer(['serve', '--port', '0', '--data', dataDir]);
			await eventually(() => {
				const { state, done } = standing();
				expect({ state, isOnward: done > before }).toEqual({ state: 'running', isOnward: true });
			}, 60_000);
			await server.kill('SIGKILL');
			before = standing().done;
			if (kill === KILLS - 1) database.exec('drop trigger slower');
			expect(before).toBeLessThan(whole.done);
			expect(findings().length).toBeLessThan(undisturbed.length);
		}

		const again = await opened(dataDir);
		await ended(again, id);
		await again.close();
		expect(findings()).toEqual(undisturbed);
		expect(standing()).toEqual(whole);
	} finally {
		database.close();
	}
}, 120_000);
