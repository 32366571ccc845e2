import { mkdtemp, rm } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { createApp, type App } from '#server/app.ts';
import { CheckClient } from '#server/catalogue/checks/check-client.ts';
import { readConfig } from '#server/config.ts';
import { anEntryRow, bulkOf } from '#tests/support/entry-rows.ts';
import { system } from '#tests/support/entries.ts';
import { at, say } from './bulk-load.ts';

const COUNT = Number(process.env['LANTAI_BENCH_COUNT'] ?? 1_000_000);
/** Entries of one fonds, and items of one file. */
const FONDS = 50_000;
const FILE = 12;
const BUDGET_SECONDS = (120 * COUNT) / 1_000_000;
const BUDGET_DELAY_MS = 50;
const BUDGET_RECHECK_MS = 5;
const RECHECKS = 500;

/**
 * Seconds in which a campaign over a million entries is done, with the delay of the event loop; entries checked a second in
 * the worker alone, beside a reading of the same rows; and how long a new check of one entry takes.
 */
export async function run(): Promise<void> {
	const folder = await mkdtemp(join(process.env['LANTAI_BENCH_DIR'] ?? tmpdir(), 'lantai-bench-'));
	const app = await createApp(readConfig({ data: folder, port: '0' }, { LANTAI_LOG_LEVEL: 'silent' }));
	try {
		await app.administration.setUp({
			archiveName: '合成测试档案馆',
			archiveCode: '000000',
			adminName: '管理员',
			password: 'synthetic-password-1',
			holdings: 'empty',
		});
		const fonds = await fill(app);
		const ids = (
			await app.storage.db
				.selectFrom('entry')
				.select('id')
				.where('level', '=', 'item')
				.limit(RECHECKS)
				.execute()
		).map(({ id }) => id);
		const file = join(folder, 'lantai.sqlite');
		const raw = rawReading(file);
		const alone = await inWorkerAlone(file, fonds[0] as EntryId);
		const delay = monitorEventLoopDelay({ resolution: 5 });
		delay.enable();
		const began = performance.now();
		const made = await app.campaigns.create(
			{ person: system, via: null },
			{ name: 'bench', under: null, rules: null },
		);
		const done = await app.campaigns.ended({ person: system, via: null }, made.id, {
			signal: new AbortController().signal,
			onProgress: () => undefined,
		});
		const seconds = (performance.now() - began) / 1000;
		delay.disable();
		const p99 = delay.percentile(99) / 1e6;
		say(
			`campaign over ${done.done} entries, all rules: ${seconds.toFixed(1)} s (budget ${BUDGET_SECONDS.toFixed(0)}), ${Math.round(done.done / seconds)} entries/s, ` +
				`${done.open} findings kept; event loop p99 ${p99.toFixed(1)} ms (budget ${BUDGET_DELAY_MS}), max ${(delay.max / 1e6).toFixed(0)} ms`,
		);
		say(
			`rules and reading in the worker alone: ${Math.round(alone)} entries/s; reading the same rows and their JSON only: ${Math.round(raw)} entries/s, ${(raw / alone).toFixed(1)} ×`,
		);
		const again = performance.now();
		await app.campaigns.runAgain({ person: system, via: null }, made.id);
		await app.campaigns.ended({ person: system, via: null }, made.id, {
			signal: new AbortController().signal,
			onProgress: () => undefined,
		});
		say(`the same again, with nothing to write: ${((performance.now() - again) / 1000).toFixed(1)} s`);
		const times: number[] = [];
		for (const id of ids) {
			const since = performance.now();
			await app.checker.recheck([id]);
			times.push(performance.now() - since);
		}
		times.sort((one, other) => one - other);
		say(
			`one entry checked anew, with its neighbours, asked and written: p50 ${at(times, 0.5)}, p95 ${at(times, 0.95)} (budget ${BUDGET_RECHECK_MS} ms)`,
		);
	} finally {
		await app.close();
		await rm(folder, { recursive: true, force: true });
	}
}

/** Fonds of files with items, one in eight with something wrong. */
async function fill(app: App): Promise<EntryId[]> {
	const all: EntryId[] = [];
	let made = 0;
	for (let number = 1; made < COUNT; number++) {
		const name = `Z${String(number).padStart(3, '0')}`;
		const fonds = createId();
		all.push(fonds);
		await app.storage.bulk([
			bulkOf([
				anEntryRow({
					id: fonds,
					level: 'fonds',
					title: `合成全宗${number}`,
					reference_code: name,
					fields: JSON.stringify({ title: `合成全宗${number}`, referenceCode: name }),
				}),
			]),
		]);
		made++;
		let rows: ReturnType<typeof anEntryRow>[] = [];
		for (let each = 0; each < FONDS && made < COUNT;) {
			const file = createId();
			const code = `${name}-WS·2008·Y`;
			rows.push(
				row(file, fonds, fonds, 'file', each, {
					title: `沧浦区第${number}局2008年关于河道整治的请示、批复`,
					referenceCode: `${code}-${String(each).padStart(5, '0')}`,
					dateRange: '20080101-20081231',
					retentionPeriod: 'Y',
					itemCount: FILE,
				}),
			);
			for (let item = 0; item < FILE; item++, each++, made++)
				rows.push(
					row(createId(), file, fonds, 'item', item, {
						title: `沧浦区第${number}局关于做好第${each}号河道${item}段防汛准备工作的通知`,
						referenceCode: `${code}-${String(each + 1).padStart(5, '0')}`,
						documentDate: each % 16 === 0 ? '20080230' : '20080305',
						documentNumber: each % 16 === 8 ? `沧水[2008]${each}号` : `沧水〔2008〕${each}号`,
						year: 2008,
						retentionPeriod: 'Y',
						pageCount: 3,
						itemNumber: String(item + 1),
						accessStatus: 'notReviewed',
						'creators#1': { order: 'a0', text: `沧浦区第${number}局` },
					}),
				);
			made++;
			if (rows.length < 900) continue;
			await app.storage.bulk([bulkOf(rows)]);
			rows = [];
		}
		if (rows.length > 0) await app.storage.bulk([bulkOf(rows)]);
	}
	return all;
}

function row(
	id: EntryId,
	parent: EntryId,
	fonds: EntryId,
	level: string,
	order: number,
	fields: Readonly<Record<string, unknown>>,
) {
	return anEntryRow({
		id,
		parent_id: parent,
		fonds_id: fonds,
		level,
		order_key: `a${String(order).padStart(6, '0')}`,
		title: String(fields['title']),
		reference_code: String(fields['referenceCode']),
		fields: JSON.stringify(fields),
	});
}

/** Rows a second that are read with their JSON, in the order they lie in. */
function rawReading(file: string): number {
	const database = new DatabaseSync(file, { readOnly: true });
	try {
		const began = performance.now();
		let count = 0;
		for (const entry of database.prepare('select id, level, fields from entry').iterate()) {
			JSON.parse(String(entry['fields']));
			count++;
		}
		return (count / (performance.now() - began)) * 1000;
	} finally {
		database.close();
	}
}

/** Entries of a fonds a second that the worker checks when nothing is written. */
async function inWorkerAlone(file: string, under: EntryId): Promise<number> {
	const client = new CheckClient(file);
	try {
		await client.ask('facts', { today: '20260101', localFields: [] });
		await client.ask('begin', { runId: 'bench', under, rules: null, position: null });
		const began = performance.now();
		for (;;) {
			const { position, isOver } = await client.ask('step', { runId: 'bench', now: '2026-01-01T00:00:00Z' });
			if (isOver) return (position.done / (performance.now() - began)) * 1000;
		}
	} finally {
		await client.close();
	}
}
