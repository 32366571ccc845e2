import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';

/**
 * `npm test`: format, lint, types, unit, property, integration and browser tests, in this order (but what takes one core
 * beside what takes another), stopping at the first kind that fails. `--long` runs the full counts, `--shots` only writes screenshots of every page.
 */
const PROJECT = join(import.meta.dirname, '..');
const BIN = join(PROJECT, 'node_modules/.bin');
const RESULTS = join(PROJECT, 'tests/.tmp');
const GIGABYTE = 1024 ** 3;
const isCi = process.env['CI'] === 'true' || process.env['CI'] === '1';
const isLong = process.argv.includes('--long');
const onlyShots = process.argv.includes('--shots');

interface VitestResult {
	readonly numPassedTests: number;
	readonly numFailedTests: number;
	readonly numPendingTests: number;
}

const children = new Set<ChildProcess>();
const totals = { passed: 0, failed: 0, skipped: 0 };

mkdirSync(RESULTS, { recursive: true });
const browser = prepareBrowser();
if (!onlyShots) installStrace();
const env = {
	...process.env,
	// Hundreds of tests start a server each, with its workers: what they run is compiled once.
	NODE_COMPILE_CACHE: join(RESULTS, 'compile-cache'),
	...(browser ? { CHROMIUM_PATH: browser } : {}),
	...(isLong ? { LANTAI_TEST_LONG: '1' } : {}),
};

if (onlyShots) {
	if (!browser) fail('screenshots need Chromium: install it or set CHROMIUM_PATH');
	await step('build', 'vite', ['build']);
	await step('screenshots', 'playwright', [
		'test',
		'--config',
		'tests/playwright.config.ts',
		'--project',
		'shots',
	]);
	say('screenshots are in shots/');
} else {
	await step('types: generate', 'svelte-kit', ['sync']);
	// One core each. Types come after: the words they check are made by the build.
	await Promise.all([
		step('build', 'vite', ['build']),
		step('format', 'prettier', ['--check', '.']).then(() =>
			step('lint', 'oxlint', ['--config', 'tests/oxlint.json', '--deny-warnings', 'src', 'server', 'tests']),
		),
	]);
	const types = (): Promise<void> =>
		step('types', 'svelte-check', ['--tsconfig', './tsconfig.json', '--fail-on-warnings']);
	const unit = (): Promise<void> => vitest('unit and property tests', ['unit', 'runes']);
	// Types take one core and 2 GB.
	if (totalmem() > 6 * GIGABYTE) await Promise.all([types(), unit()]);
	else {
		await types();
		await unit();
	}
	await vitest('integration tests', ['integration']);
	if (browser) await playwright();
	else if (isCi) fail('no Chromium on a CI machine: the browser tests would not run');
	else say('!!! BROWSER TESTS WERE SKIPPED: no Chromium found. Install it, or set CHROMIUM_PATH. !!!');
	finish(0);
}

/**
 * Runs test projects. The JavaScript engine can bring the runner's own process down while worker threads end (seen:
 * "Check failed: jit_page.has_value()"). When that happens and no test failed, the step runs once more and says so; a
 * failing test is never run again.
 */
async function vitest(title: string, projects: readonly string[], isSecond = false): Promise<void> {
	const output = join(RESULTS, `vitest-${projects.join('-')}.json`);
	rmSync(output, { force: true });
	const code = await run(title, 'vitest', [
		'run',
		...projects.flatMap((project) => ['--project', project]),
		'--reporter=default',
		'--reporter=json',
		`--outputFile.json=${output}`,
	]);
	const result = existsSync(output)
		? (JSON.parse(readFileSync(output, 'utf8')) as VitestResult)
		: { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };
	if (code !== 0 && result.numFailedTests === 0 && !isSecond) {
		say(`!!! ${title}: the test process crashed and no test failed; running them once more !!!`);
		return vitest(title, projects, true);
	}
	count(result.numPassedTests, result.numFailedTests, result.numPendingTests);
	if (code !== 0) finish(1);
}

async function playwright(): Promise<void> {
	const output = join(RESULTS, 'playwright.json');
	rmSync(output, { force: true });
	const code = await run(
		'browser tests',
		'playwright',
		['test', '--config', 'tests/playwright.config.ts', '--project', 'journeys'],
		{ PLAYWRIGHT_JSON_OUTPUT_NAME: output },
	);
	if (existsSync(output)) {
		const { stats } = JSON.parse(readFileSync(output, 'utf8')) as {
			stats: { expected: number; unexpected: number; flaky: number; skipped: number };
		};
		count(stats.expected + stats.flaky, stats.unexpected, stats.skipped);
	}
	if (code !== 0) finish(1);
}

async function step(title: string, command: string, args: readonly string[]): Promise<void> {
	if ((await run(title, command, args)) !== 0) finish(1);
}

function run(
	title: string,
	command: string,
	args: readonly string[],
	more: Record<string, string> = {},
): Promise<number> {
	say(`── ${title}`);
	const started = Date.now();
	return new Promise((resolve) => {
		const child = spawn(join(BIN, command), args, {
			cwd: PROJECT,
			stdio: ['ignore', 'inherit', 'inherit'],
			env: { ...env, ...more },
		});
		children.add(child);
		child.on('exit', (code) => {
			children.delete(child);
			say(
				`── ${title}: ${code === 0 ? 'ok' : `failed (${code})`}, ${((Date.now() - started) / 1000).toFixed(0)} s`,
			);
			resolve(code ?? 1);
		});
	});
}

/** Chromium and a Chinese font: what the machine has, or what its packages give. */
function prepareBrowser(): string | undefined {
	const find = (): string | undefined =>
		[
			process.env['CHROMIUM_PATH'],
			'/usr/bin/chromium',
			'/usr/bin/chromium-browser',
			'/usr/bin/google-chrome',
		].find((path) => path && existsSync(path));
	const hasFont = (): boolean =>
		spawnSync('fc-list', [':lang=zh'], { encoding: 'utf8' }).stdout?.trim().length > 0;
	const missing = [...(find() ? [] : ['chromium']), ...(hasFont() ? [] : ['fontconfig', 'fonts-noto-cjk'])];
	if (missing.length) install(missing);
	if (!hasFont()) {
		if (isCi) fail('no Chinese font on a CI machine');
		say('!!! No Chinese font found: screenshots will show boxes. !!!');
	}
	return find();
}

/** The durability test traces system calls. */
function installStrace(): void {
	if (!existsSync('/usr/bin/strace')) install(['strace']);
}

function install(packages: readonly string[]): void {
	const isDebian = existsSync('/etc/debian_version');
	if (!isDebian || process.getuid?.() !== 0) return;
	say(`── installing system packages: ${packages.join(' ')}`);
	const options = {
		stdio: ['ignore', 'ignore', 'inherit'] as ['ignore', 'ignore', 'inherit'],
		env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
	};
	spawnSync('apt-get', ['update', '-qq'], options);
	spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options);
}

function count(passed: number, failed: number, skipped: number): void {
	totals.passed += passed;
	totals.failed += failed;
	totals.skipped += skipped;
}

function say(text: string): void {
	process.stdout.write(`${text}\n`);
}

function fail(text: string): never {
	say(`!!! ${text}`);
	finish(1);
}

function finish(code: number): never {
	for (const child of children) child.kill();
	say(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
	process.exit(code);
}
