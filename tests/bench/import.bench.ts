import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '#domain/base/clock.ts';
import { createImports } from '#server/catalogue/import/imports.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';

const ROWS = 50_000;
const SAMPLES = join(import.meta.dirname, '../../../shared/samples');
const actor = { id: 'bench', name: 'bench', via: 'cli' };
const GAZETTE = {
	profile: 'dat18',
	level: 'item',
	columns: {
		來源檔: null,
		編號: null,
		責任者: 'creators',
		成文日期: 'documentDate',
		文號: 'documentNumber',
		題名: 'title',
		主題: 'scopeAndContent',
		關鍵字: 'subjects',
	},
};

/** Searchable entries a second, and their ratio to a bare insert of the same rows. */
export async function run(): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), 'lantai-bench-'));
	try {
		const csv = join(folder, 'synthetic.csv');
		const lines = Array.from(
			{ length: ROWS },
			(_, index) =>
				`B004-WS·2014-D30-YW-${String(index).padStart(5, '0')},关于印发《沧浦区河道整治第${index}号实施意见》的通知,沧浦区水务局,沧水务〔2014〕${index}号,20140521,2014,4,永久`,
		);
		await writeFile(csv, `档号,题名,责任者,文号,日期,年度,页数,保管期限\n${lines.join('\n')}\n`);
		await measure('synthetic table', csv, undefined, folder);
		const gazette = join(SAMPLES, 'zh/gazette-regulations.csv.gz');
		if (existsSync(gazette))
			await measure('gazette table (700 bytes of text each)', gazette, GAZETTE, folder);
		const findingAid = join(SAMPLES, 'ead3/mc00338.xml');
		if (existsSync(findingAid))
			await measure('finding aid of 7,251 components', findingAid, undefined, folder);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function measure(title: string, path: string, mapping: unknown, folder: string): Promise<void> {
	const dataDir = await mkdtemp(join(folder, 'data-'));
	const storage = await openStorage({ dataDir });
	const imports = createImports({
		storage,
		dataDir,
		clock: systemClock,
		setStatusDeleted: async () => [],
	});
	const started = performance.now();
	const { entries } = await imports.run({ path, mapping }, actor);
	const seconds = (performance.now() - started) / 1000;
	const rows = await storage.db
		.selectFrom('entry')
		.select(['id', 'parent_id', 'order_key', 'title', 'reference_code', 'fields', 'bodies'])
		.execute();
	await imports.close();
	await storage.close();
	const bare = bareInsert(join(folder, 'bare.sqlite'), rows);
	const rate = entries / seconds;
	process.stdout.write(
		`${title}: ${entries} entries in ${seconds.toFixed(2)} s, ${Math.round(rate)} searchable entries/s, ${(rate / bare).toFixed(2)} × a bare insert of the same rows (${Math.round(bare)}/s)\n`,
	);
}

function bareInsert(file: string, rows: readonly Record<string, unknown>[]): number {
	const database = new DatabaseSync(file);
	database.exec(
		'pragma journal_mode = wal; pragma synchronous = full; drop table if exists entry; create table entry (id text primary key, parent_id text, order_key text, title text, reference_code text, fields text, bodies text)',
	);
	const insert = database.prepare('insert into entry values (?, ?, ?, ?, ?, ?, ?)');
	const started = performance.now();
	for (let from = 0; from < rows.length; from += 1000) {
		database.exec('begin');
		for (const row of rows.slice(from, from + 1000)) insert.run(...(Object.values(row) as (string | null)[]));
		database.exec('commit');
	}
	const rate = rows.length / ((performance.now() - started) / 1000);
	database.close();
	return rate;
}
