import { defineConfig } from '@playwright/test';

/** Flags that keep a headless Chromium quiet on a machine without network; the sandbox needs a user that is not root. */
const args = [
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

const isLong = process.env['LANTAI_TEST_LONG'] === '1';

export default defineConfig({
	testDir: './e2e',
	outputDir: '../test-results',
	globalSetup: './e2e/templates.ts',
	timeout: 180_000,
	expect: { timeout: 30_000 },
	// Each journey has a server and browsers of its own.
	workers: 2,
	forbidOnly: true,
	// The slowest run with `npm run test:long`.
	...(isLong ? {} : { grepInvert: /@long/ }),
	reporter: [
		['list'],
		['json', { outputFile: process.env['PLAYWRIGHT_JSON_OUTPUT_NAME'] ?? '.tmp/playwright.json' }],
	],
	use: {
		locale: 'zh-CN',
		viewport: { width: 1440, height: 900 },
		launchOptions: { executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium', args },
		trace: 'retain-on-failure',
		// Keeping the app costs each new browser some 300 requests: those that lose their line do it, and all in the long run.
		serviceWorkers: isLong ? 'allow' : 'block',
	},
	projects: [
		{ name: 'journeys', testMatch: '*.spec.ts' },
		{ name: 'shots', testMatch: '*shots.ts' },
	],
});
