import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { serve } from '#server/http.ts';
import { personOf } from '#tests/support/conflicts.ts';
import { manyBelow } from '#tests/support/ordered-entries.ts';
import { at, bareInsert, EDITORS, lastPosition, say, startEditors } from './bulk-load.ts';

const COUNT = Number(process.env['LANTAI_BENCH_COUNT'] ?? 10_000);
const BUDGET_SECONDS = 5;

/**
 * Seconds in which a correction order of 10,000 rows is previewed, made, applied and taken back while 20 people edit,
 * beside a bare insert of the log rows it wrote.
 */
export async function run(): Promise<void> {
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
		const proposer = { person: await personOf(app, '著录员', 'reviewer'), via: null };
		const checker = { person: await personOf(app, '审核员', 'reviewer'), via: null };
		const under = await manyBelow(app, COUNT, '县政府');
		const rule = {
			kind: 'replace',
			under,
			field: 'creators',
			words: '县政府',
			by: '沧浦县人民政府',
		} as const;
		const editors = await startEditors(app, Number(new URL(server.address).port));
		const previewed = await timed(() => app.orders.preview(proposer, rule));
		const made = await timed(() => app.orders.create(proposer, rule, 'bench'));
		const { id } = made.result;
		const sampled = await timed(() => app.orders.sample(checker, id));
		const before = await lastPosition(app);
		const applied = await timed(() => app.orders.decide(checker, id, 'approve', 'bench'));
		const bare = await bareInsert(app, before, `order:${id}`, join(folder, 'bare.sqlite'));
		const undone = await timed(() => app.orders.undo(checker, id, 'bench'));
		say(
			`order of ${made.result.rows} rows, ${EDITORS} editors at work: previewed in ${words(previewed.seconds)}, made in ${words(made.seconds)}, ` +
				`sample of ${sampled.result.size} drawn in ${words(sampled.seconds)}`,
		);
		say(
			`${applied.result.states.applied ?? 0} rows applied in ${words(applied.seconds)} (budget ${BUDGET_SECONDS}), ${applied.cpuSeconds.toFixed(1)} s of processor, ` +
				`${(applied.seconds / bare).toFixed(1)} × a bare insert of the same log rows (${words(bare)}); ${undone.result.states.undone ?? 0} taken back in ${words(undone.seconds)}`,
		);
		const { perSecond, timesMs } = await editors();
		const times = timesMs.toSorted((one, other) => one - other);
		say(
			`${perSecond.toFixed(0)} edits/s acknowledged meanwhile, p50 ${at(times, 0.5)}, p95 ${at(times, 0.95)}`,
		);
	} finally {
		await Promise.all([server.close(), app.close()]);
		await rm(folder, { recursive: true, force: true });
	}
}

async function timed<T>(
	work: () => Promise<T>,
): Promise<{ readonly result: T; readonly seconds: number; readonly cpuSeconds: number }> {
	const started = performance.now();
	const cpuBefore = process.cpuUsage();
	const result = await work();
	const { user, system } = process.cpuUsage(cpuBefore);
	// Of all threads: says how fast it is where other work shares the machine.
	return { result, seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 };
}

function words(seconds: number): string {
	return `${seconds.toFixed(2)} s`;
}
