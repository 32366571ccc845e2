import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type * as Y from 'yjs';
import { systemClock } from '#domain/base/clock.ts';
import { createId } from '#domain/base/ids.ts';
import { fieldValuesOf, setField } from '#sync/field-values.ts';
import { rebuildArchive } from '#server/administration/rebuild/rebuild.ts';
import { createApp } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { system } from '#tests/support/entries.ts';

const IMPORTED = Number(process.env['LANTAI_BENCH_ENTRIES'] ?? 50_000);
const EDITED = Number(process.env['LANTAI_BENCH_OBJECTS'] ?? 2_000);
const actor = { id: 'bench', name: 'bench', via: 'cli' };

/**
 * A rebuild of a database from the store, digests verified: imported entries and edited objects a second, each beside bare
 * inserts of as many rows of the same content.
 */
export async function run(): Promise<void> {
	const folder = await mkdtemp(join(process.env['LANTAI_BENCH_DIR'] ?? tmpdir(), 'lantai-bench-'));
	try {
		const dataDir = join(folder, 'data');
		await fill(dataDir, join(folder, 'synthetic.csv'));
		const bare = bareInserts(join(dataDir, 'lantai.sqlite'), join(folder, 'bare.sqlite'));
		for (const end of ['', '-wal', '-shm']) await rm(join(dataDir, `lantai.sqlite${end}`), { force: true });
		const times = new Map<string, { readonly from: number; to: number }>();
		let peak = 0;
		const answer = await rebuildArchive({ into: dataDir }, actor, systemClock, {
			signal: new AbortController().signal,
			progress({ rebuilt }) {
				const now = performance.now();
				peak = Math.max(peak, process.memoryUsage.rss());
				const known = times.get(rebuilt);
				if (known) known.to = now;
				else times.set(rebuilt, { from: now, to: now });
			},
		});
		const rate = (part: string, count: number): number => {
			const { from, to } = times.get(part) ?? { from: 0, to: 0 };
			return count / ((to - from) / 1000);
		};
		const imported = rate('imports', answer.imported);
		const edited = rate('entries', answer.edited);
		say(
			`imported: ${answer.imported} entries, ${Math.round(imported)}/s (at least 10,000), ${(imported / bare.entries).toFixed(2)} × bare inserts of the same rows (${Math.round(bare.entries)}/s)`,
		);
		say(
			`edited: ${answer.edited} objects, ${Math.round(edited)}/s (at least 500), ${(edited / bare.objects).toFixed(2)} × bare inserts of their rows of log and changes (${Math.round(bare.objects)}/s)`,
		);
		say(
			`all of it: ${answer.seconds} s for ${answer.objects} objects, ${answer.damage.length} damaged, peak ${Math.round(peak / 1e6)} MB`,
		);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function fill(dataDir: string, csv: string): Promise<void> {
	const lines = Array.from(
		{ length: IMPORTED },
		(_, index) =>
			`B004-WS·2014-D30-YW-${String(index).padStart(5, '0')},关于印发《沧浦区河道整治第${index}号实施意见》的通知,沧浦区水务局,沧水务〔2014〕${index}号,20140521,2014,4,永久`,
	);
	await writeFile(csv, `档号,题名,责任者,文号,日期,年度,页数,保管期限\n${lines.join('\n')}\n`);
	const app = await createApp(readConfig({ data: dataDir, port: '0', logLevel: 'error' }), {
		idleMs: 3_600_000,
	});
	await app.administration.setUp({
		...{ archiveName: '合成档案馆', archiveCode: '000000', holdings: 'empty' },
		...{ adminName: 'bench', password: 'synthetic-password-1' },
	});
	const identity = { person: system, via: null };
	const signal = new AbortController().signal;
	await app.importDesk.run(identity, { path: csv }, { onProgress: () => undefined, signal });
	const rows = await app.storage.db
		.selectFrom('entry')
		.select('id')
		.where('level', '=', 'item')
		.limit(EDITED)
		.execute();
	await app.collaboration.editMany(
		rows.map(({ id }, index) => ({
			entryId: id as never,
			change(copy: Y.Doc) {
				setField(fieldValuesOf(copy), 'title', `沧浦区河道整治第${index}号实施意见（更正）`, {
					id: createId<string>(),
					by: actor.id,
					at: new Date().toISOString(),
				});
				return true;
			},
		})),
		actor,
	);
	await app.preservation.flush('demand');
	await app.close();
}

/** Rows a second that SQLite alone takes, in transactions of 1,000: entries, and log rows with changes of objects. */
function bareInserts(from: string, file: string): { readonly entries: number; readonly objects: number } {
	const source = new DatabaseSync(from, { readOnly: true });
	const database = new DatabaseSync(file);
	database.exec('pragma journal_mode = wal; pragma synchronous = full');
	const seconds = (table: string, select: string): number => {
		const rows = source.prepare(select).all();
		const columns = Object.keys(rows[0] ?? {});
		database.exec(`create table ${table} (${columns.map((column) => `"${column}"`).join(', ')})`);
		const insert = database.prepare(`insert into ${table} values (${columns.map(() => '?').join(', ')})`);
		const started = performance.now();
		for (let at = 0; at < rows.length; at += 1000) {
			database.exec('begin');
			for (const row of rows.slice(at, at + 1000)) insert.run(...(Object.values(row) as SQLInputValue[]));
			database.exec('commit');
		}
		return (performance.now() - started) / 1000;
	};
	const entries = seconds('entry', 'select * from entry');
	const objects =
		seconds('log_update', 'select * from log_update') + seconds('entry_change', 'select * from entry_change');
	source.close();
	database.close();
	return { entries: IMPORTED / entries, objects: EDITED / objects };
}

function say(line: string): void {
	process.stdout.write(`${line}\n`);
}
