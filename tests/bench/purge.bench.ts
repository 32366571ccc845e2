import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import type { EntryId } from '#domain/base/ids.ts';
import { createApp } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { by } from '#tests/support/orders.ts';
import { aPurge } from '#tests/support/purges.ts';

const ROWS = Number(process.env['LANTAI_BENCH_ROWS'] ?? 200_000);
const EDITED = Number(process.env['LANTAI_BENCH_OBJECTS'] ?? 200);

/**
 * A purge of one imported and ten edited entries from an archive of many, in a process that serves: how long it takes,
 * how long the event loop was kept waiting, beside `vacuum` of the same database, which no purge can do without.
 */
export async function run(): Promise<void> {
	const folder = await mkdtemp(join(process.env['LANTAI_BENCH_DIR'] ?? tmpdir(), 'lantai-bench-'));
	try {
		const dataDir = join(folder, 'data');
		const app = await createApp(readConfig({ data: dataDir, port: '0', logLevel: 'error' }));
		await app.administration.setUp({
			archiveName: '合成测试档案馆',
			archiveCode: '000000',
			adminName: '管理员',
			password: 'synthetic-password-1',
			holdings: 'empty',
		});
		const list = join(folder, 'list.csv');
		const lines = Array.from(
			{ length: ROWS },
			(_, n) => `A-${n},合成条目${n}关于河道整治的通知,198${n % 10}`,
		);
		await writeFile(list, `档号,题名,年度\n${lines.join('\n')}\n`);
		const running = { onProgress: () => undefined, signal: new AbortController().signal };
		const { rootIds } = await app.importDesk.run(by(system), { path: list }, running);
		const { rows } = await app.catalogue.children(system, rootIds[0] as EntryId, 7, 1);
		const made: EntryId[] = [];
		for (let n = 0; n < EDITED; n++) made.push(await aMadeEntry(app, { title: `合成条目${n}` }));
		await app.preservation.flush('demand');

		const delay = monitorEventLoopDelay({ resolution: 1 });
		const started = performance.now();
		delay.enable();
		const { state } = await aPurge(app, [rows[0]?.id as EntryId, ...made.slice(0, 10)]);
		delay.disable();
		const seconds = (performance.now() - started) / 1000;
		await app.close();
		if (state !== 'done') throw new Error(`the purge is ${state}`);

		const file = join(dataDir, 'lantai.sqlite');
		const database = new DatabaseSync(file);
		const from = performance.now();
		database.exec('vacuum');
		const vacuumed = (performance.now() - from) / 1000;
		database.close();
		const { size } = await stat(file);
		const read = performance.now();
		await readFile(file);
		const reading = (performance.now() - read) / 1000;
		say(`11 entries of ${ROWS + EDITED}, ${(size / 1e6).toFixed(0)} MB of database, an import of one object`);
		say(
			`  purge ${seconds.toFixed(2)} s; vacuum alone ${vacuumed.toFixed(2)} s, reading it once ${reading.toFixed(2)} s`,
		);
		say(`  ratio: ${(seconds / vacuumed).toFixed(1)} of vacuum`);
		say(
			`  event loop of the server: p99 ${(delay.percentile(99) / 1e6).toFixed(1)}, longest ${(delay.max / 1e6).toFixed(0)} ms`,
		);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

function say(line: string): void {
	process.stdout.write(`${line}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await run();
