import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { verify } from '#server/preservation/ocfl-verify.ts';
import { aMadeEntry } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { startServerProcess } from '#tests/support/server-process.ts';
import { aFolder, startTestServer } from '#tests/support/server.ts';

const KILLS = process.env['LANTAI_TEST_LONG'] ? 50 : 3;
const ENTRIES = 10;
/** Edits acknowledged by each of the two protocols before a kill, at least. */
const EACH = 60;

/** Runs editors in a process of their own; collects what was acknowledged to them. */
function startLoad(
	port: number,
	token: string,
	author: string,
	ids: readonly string[],
	endpoint?: 'yjs',
): { acknowledged: { doc: string; element: string }[]; stop: () => void } {
	const child = spawn(
		process.execPath,
		[
			join(import.meta.dirname, '../../support/edit-load.ts'),
			String(port),
			token,
			author,
			ids.join(','),
			'15',
			...(endpoint ? [endpoint] : []),
		],
		{ stdio: ['ignore', 'pipe', 'ignore'] },
	);
	const acknowledged: { doc: string; element: string }[] = [];
	createInterface({ input: child.stdout }).on('line', (line) =>
		acknowledged.push(JSON.parse(line) as { doc: string; element: string }),
	);
	const stop = (): void => void child.kill('SIGKILL');
	onTestFinished(stop);
	return { acknowledged, stop };
}

it(
	`${KILLS} times killed under load: no acknowledged edit is lost, and the archival store is valid`,
	{ timeout: 60_000 + KILLS * 70_000 },
	async () => {
		const dataDir = await aFolder();
		const setup = await startTestServer({ dataDir });
		await setup.app.administration.settings.change(
			{ 'deposit.idleSeconds': 1 },
			{ id: 'test', name: 'test', via: 'cli' },
		);
		const ids: string[] = [];
		for (let index = 0; index < ENTRIES; index++)
			ids.push(await aMadeEntry(setup.app, { title: `合成 ${index}` }));
		const tokens = [await setup.token('甲', 'archivist'), await setup.token('乙', 'archivist')];
		await setup.stop();

		let total = 0;
		let plain = 0;
		for (let round = 0; round < KILLS; round++) {
			const server = await startServerProcess(dataDir);
			const loads = [
				startLoad(server.port, tokens[0] as string, '甲', ids),
				startLoad(server.port, tokens[1] as string, '乙', ids, 'yjs'),
			];
			const wanted = 200 + Math.floor(Math.random() * 400);
			await new Promise<void>((resolve, reject) => {
				const started = Date.now();
				const look = setInterval(() => {
					const sum = loads.reduce((count, load) => count + load.acknowledged.length, 0);
					const all = loads.every(({ acknowledged }) => acknowledged.length >= EACH);
					if (sum >= wanted && all) resolve();
					else if (Date.now() - started > 60_000)
						reject(new Error(`only ${sum} acknowledgements: ${server.output()}`));
					else return;
					clearInterval(look);
				}, 10);
			});
			await server.kill('SIGKILL');
			for (const load of loads) load.stop();
			const storage = await openStorage({ dataDir });
			for (const load of loads)
				for (const { doc, element } of load.acknowledged) {
					const row = await storage.db
						.selectFrom('entry_change')
						.select('seq')
						.where('doc', '=', `entry:${doc}`)
						.where('element_id', '=', element)
						.executeTakeFirst();
					expect(row, `acknowledged element ${element}`).toBeDefined();
					total++;
				}
			plain += loads[1]?.acknowledged.length ?? 0;
			await storage.close();
		}
		// Both protocols were at it.
		expect(Math.min(plain, total - plain)).toBeGreaterThanOrEqual(KILLS * EACH);
		expect(total).toBeGreaterThan(KILLS * 200);
		// The next start finishes what the last kill left in the store, and deposits what never settled between kills.
		const last = await startServerProcess(dataDir);
		const archive = join(dataDir, 'archive');
		await eventually(() => expect(verify(archive).objects).toBe(ENTRIES + 2), 30_000);
		await last.kill('SIGTERM');
		expect(verify(archive).errors).toEqual([]);
		console.log(`${total} acknowledged edits, ${plain} by plain Yjs clients, over ${KILLS} kills, 0 lost`);
	},
);
