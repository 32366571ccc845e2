import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { serve } from '#server/http.ts';
import { personOf } from '#tests/support/conflicts.ts';
import { manyConflicts } from '#tests/support/many-conflicts.ts';
import { at, bareInsert, EDITORS, lastPosition, say, startEditors } from './bulk-load.ts';

const COUNT = Number(process.env['LANTAI_BENCH_COUNT'] ?? 10_000);
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
