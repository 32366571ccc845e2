import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { createApp, type App } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { serve } from '#server/http.ts';
import { personOf } from '#tests/support/conflicts.ts';
import { aMadeEntry } from '#tests/support/entries.ts';
import { manyConflicts } from '#tests/support/many-conflicts.ts';
import type { LoadReport, LoadTask } from './live-editors.ts';

const COUNT = Number(process.env['LANTAI_BENCH_COUNT'] ?? 10_000);
const EDITORS = 20;
/** Between two edits of each of them: four times as fast as people type into fields. */
const PAUSE_MS = 250;
const BUDGET_SECONDS = 5;

/**
 * Seconds in which one decision settles 10,000 alike conflicts and is taken back, alone and while 20 people edit, beside
 * a bare insert of the log rows it wrote.
 */
export async function run(): Promise<void> {
	await measure('server idle', false);
	await measure(`${EDITORS} editors at work`, true);
}

async function measure(title: string, isBusy: boolean): Promise<void> {
	const folder = await mkdtemp(join(process.env['LANTAI_BENCH_DIR'] ?? tmpdir(), 'lantai-bench-'));
	const app = await createApp(readConfig({ data: folder, port: '0' }, { LANTAI_LOG_LEVEL: 'silent' }));
	const server = await serve(app);
	try {
		await app.administration.setUp({
			archiveName: '合成测试档案馆',
			archiveCode: '000000',
			adminName: '管理员',
			password: 'synthetic-password-1',
			holdings: 'empty',
		});
		const [a, b] = [await personOf(app, '甲'), await personOf(app, '乙')];
		await manyConflicts(app, COUNT, [
			{ id: a.id, name: a.name, via: null },
			{ id: b.id, name: b.name, via: null },
		]);
		const editors = isBusy ? await startEditors(app, Number(new URL(server.address).port)) : undefined;
		const identity = { person: a, via: null };
		const before = await lastPosition(app);
		let started = performance.now();
		const cpuBefore = process.cpuUsage();
		const { decisionId, done, left } = await app.conflicts.settle(identity, {
			filter: {},
			choice: { kind: 'oldest' },
			why: 'bench',
		});
		const seconds = (performance.now() - started) / 1000;
		// Of all threads: says how fast it is where other work shares the machine.
		const { user, system } = process.cpuUsage(cpuBefore);
		const bare = await bareInsert(app, before, `rule:${decisionId}`, join(folder, 'bare.sqlite'));
		started = performance.now();
		await app.conflicts.undo(identity, decisionId);
		const undoSeconds = (performance.now() - started) / 1000;
		say(
			`${title}: ${done} of ${done + left} conflicts settled in ${seconds.toFixed(2)} s (budget ${BUDGET_SECONDS}), ${((user + system) / 1e6).toFixed(1)} s of processor, ` +
				`${(seconds / bare).toFixed(1)} × a bare insert of the same log rows (${bare.toFixed(2)} s); taken back in ${undoSeconds.toFixed(2)} s`,
		);
		if (editors) {
			const { perSecond, timesMs } = await editors();
			const times = timesMs.toSorted((one, other) => one - other);
			say(
				`${title}: ${perSecond.toFixed(0)} edits/s acknowledged meanwhile, p50 ${at(times, 0.5)}, p95 ${at(times, 0.95)}`,
			);
		}
	} finally {
		await Promise.all([server.close(), app.close()]);
		await rm(folder, { recursive: true, force: true });
	}
}

/** People in a process of their own, each with an entry open; the function returned waits for what they measured. */
async function startEditors(app: App, port: number): Promise<() => Promise<LoadReport>> {
	const ids = await Promise.all(
		Array.from({ length: EDITORS }, (_, index) => aMadeEntry(app, { title: `合成 ${index}` })),
	);
	const { id } = await app.administration.people.add(
		{ name: 'bench', role: 'archivist', password: 'synthetic-password-1' },
		{ id: 'bench', name: 'bench', via: 'cli' },
	);
	const { token } = await app.permissions.createToken(id, {
		name: 'bench',
		scopes: ['read', 'write'],
		days: 1,
	});
	const child = fork(fileURLToPath(new URL('live-editors.ts', import.meta.url)));
	child.send({
		port,
		ids,
		token,
		editors: EDITORS,
		seconds: 14,
		pauseMs: PAUSE_MS,
		protocol: 'hocuspocus',
	} satisfies LoadTask);
	const report = once(child, 'message');
	const before = await lastPosition(app);
	while ((await lastPosition(app)) < before + EDITORS)
		await new Promise((resolve) => setTimeout(resolve, 20));
	return async () => {
		const [measured] = (await report) as [LoadReport];
		child.kill();
		return measured;
	};
}

async function lastPosition(app: App): Promise<number> {
	const { seq } = await app.storage.db
		.selectFrom('log_update')
		.select((select) => select.fn.max('seq').as('seq'))
		.executeTakeFirstOrThrow();
	return Number(seq ?? 0);
}

/** Seconds in which SQLite alone takes the rows of a decision, in transactions of as many. */
async function bareInsert(app: App, after: number, via: string, file: string): Promise<number> {
	const rows = await app.storage.db
		.selectFrom('log_update')
		.selectAll()
		.where('seq', '>', after)
		.where('via', '=', via)
		.execute();
	const database = new DatabaseSync(file);
	database.exec(
		'pragma journal_mode = wal; pragma synchronous = full; create table log_update (seq integer primary key, doc text, kind text, payload blob, actor_id text, actor_name text, via text, received_at text)',
	);
	const insert = database.prepare('insert into log_update values (?, ?, ?, ?, ?, ?, ?, ?)');
	const started = performance.now();
	for (let from = 0; from < rows.length; from += 500) {
		database.exec('begin');
		for (const row of rows.slice(from, from + 500))
			insert.run(
				row.seq,
				row.doc,
				row.kind,
				row.payload,
				row.actor_id,
				row.actor_name,
				row.via,
				row.received_at,
			);
		database.exec('commit');
	}
	const seconds = (performance.now() - started) / 1000;
	database.close();
	return seconds;
}

function at(times: readonly number[], share: number): string {
	return `${(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN).toFixed(1)} ms`;
}

function say(line: string): void {
	process.stdout.write(`${line}\n`);
}
