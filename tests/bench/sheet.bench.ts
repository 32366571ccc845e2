import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, type App } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { system } from '#tests/support/entries.ts';
import { say } from './bulk-load.ts';

const COUNT = Number(process.env['LANTAI_BENCH_COUNT'] ?? 10_000);
const BUDGET_DELAY_MS = 50;

/** A sheet of so many authorities, tried, saved and tried again: seconds, and how long the event loop was held at most. */
export async function run(): Promise<void> {
	const folder = await mkdtemp(join(process.env['LANTAI_BENCH_DIR'] ?? tmpdir(), 'lantai-bench-'));
	const app = await createApp(
		readConfig({ data: join(folder, 'data'), port: '0' }, { LANTAI_LOG_LEVEL: 'silent' }),
	);
	try {
		const path = join(folder, '责任者.csv');
		await writeFile(path, sheet());
		// Typing has begun: what is typed is looked for among the new names, too.
		await app.authorities.suggest(system, '局', { limit: 5 });
		for (const [name, isTrial] of [
			['tried', true],
			['saved', false],
			['tried again, nothing new', true],
		] as const)
			await measure(app, name, path, isTrial);
	} finally {
		await app.close();
		await rm(folder, { recursive: true, force: true });
	}
}

async function measure(app: App, name: string, path: string, isTrial: boolean): Promise<void> {
	const delay = monitorEventLoopDelay({ resolution: 1 });
	delay.enable();
	const held = longestHold();
	const began = performance.now();
	const { counts } = await app.sheets.read(
		{ person: system, via: null },
		'authority',
		{ path, fileName: '责任者.csv' },
		{ why: '', isTrial, language: 'zh' },
	);
	const seconds = (performance.now() - began) / 1000;
	const heldMs = held();
	delay.disable();
	say(
		`sheet of ${COUNT} authorities ${name} (${JSON.stringify(counts)}): ${seconds.toFixed(2)} s, ` +
			`event loop p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms, max ${(delay.max / 1e6).toFixed(0)} ms, ` +
			`held at most for ${heldMs.toFixed(1)} ms of processor time (budget ${BUDGET_DELAY_MS})`,
	);
}

/** The longest the event loop works on one thing, in processor time: what others on the machine do is not in it. */
function longestHold(): () => number {
	let longest = 0;
	let isOver = false;
	const cpuMs = (): number => {
		const { user, system: kernel } = process.threadCpuUsage();
		return (user + kernel) / 1000;
	};
	let last = cpuMs();
	const look = (): void => {
		const now = cpuMs();
		longest = Math.max(longest, now - last);
		last = now;
		if (!isOver) setImmediate(look);
	};
	setImmediate(look);
	return () => {
		isOver = true;
		return longest;
	};
}

function sheet(): string {
	const lines = ['种类,名称,简称,机关代字,前身,备注'];
	for (let at = 0; at < COUNT; at++)
		lines.push(
			`机构,沧浦县第${at}局（1958-2000）；沧浦区第${at}局（2001-）,县${at}局（1958-2000）；区${at}局（2001-）,沧${at}（2001-）,${at % 10 === 9 ? `沧浦区第${at - 1}局` : ''},合成`,
		);
	return `${lines.join('\n')}\n`;
}
