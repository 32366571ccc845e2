import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { chromium, type Page } from '@playwright/test';
import type { FakeWishes } from './fake-workspace.svelte.ts';

/**
 * Screenshots of the real pages over the made-up workspace, and what axe says of each. Start the pages first:
 * `vite dev --config tests/e2e/support/harness/vite.config.ts --port 5199`, then `node …/look.ts [name…]`.
 */
const ORIGIN = process.env['LANTAI_HARNESS'] ?? 'http://localhost:5199';
const SHOTS = join(import.meta.dirname, '../../../../shots/harness');
const DESK = { width: 1440, height: 900 };
const TABLET = { width: 820, height: 1180 };

interface Shot {
	readonly name: string;
	readonly path?: string;
	readonly wishes?: FakeWishes;
	readonly size?: { width: number; height: number };
	readonly language?: 'zh-CN' | 'en';
	readonly theme?: 'light' | 'dark';
	readonly act?: (page: Page) => Promise<void>;
}

async function openSubject(page: Page): Promise<void> {
	const id = await page.evaluate(
		() => (globalThis as Record<string, unknown>)['lantaiFakeSubject'] as string,
	);
	await page.goto(`${ORIGIN}/catalogue/${id}`);
	await page.getByRole('article').waitFor();
	await page.waitForTimeout(1200);
}

async function openLong(page: Page): Promise<void> {
	const id = await page.evaluate(() => (globalThis as Record<string, unknown>)['lantaiFakeLong'] as string);
	await page.goto(`${ORIGIN}/catalogue/${id}`);
	await page.getByRole('article').waitFor();
	const grid = page.getByRole('grid');
	await grid.focus();
	await grid.press('End');
	await page.waitForTimeout(800);
}

const SHOTS_TO_TAKE: readonly Shot[] = [
	{ name: 'top' },
	{ name: 'card', act: openSubject },
	{ name: 'card-dark', act: openSubject, theme: 'dark' },
	{ name: 'card-en', act: openSubject, language: 'en' },
	{ name: 'long', act: openLong },
	{ name: 'card-tablet', act: openSubject, size: TABLET },
	{
		name: 'card-tablet-entry',
		size: TABLET,
		act: async (page) => {
			await openSubject(page);
			await page.getByText('条目', { exact: true }).first().click();
		},
	},
	{
		name: 'drawer-tablet',
		size: TABLET,
		act: async (page) => {
			await openSubject(page);
			await page.getByRole('button', { name: '显示层级' }).click();
			await page.waitForTimeout(300);
		},
	},
	{
		name: 'editing',
		act: async (page) => {
			await openSubject(page);
			await page.getByRole('textbox', { name: '题名' }).click();
		},
	},
	{
		name: 'editing-text',
		act: async (page) => {
			await openSubject(page);
			await page.locator('.rich-text').first().click();
			await page.waitForTimeout(300);
		},
	},
	{
		name: 'menu',
		act: async (page) => {
			await openSubject(page);
			await page.getByRole('button', { name: '条目操作' }).click();
			await page.waitForTimeout(300);
		},
	},
	{
		name: 'add-element',
		act: async (page) => {
			await openSubject(page);
			await page.getByRole('button', { name: '添加著录项目' }).click();
			await page.waitForTimeout(300);
		},
	},
	{
		name: 'palette',
		act: async (page) => {
			await page.keyboard.press('Control+k');
			await page.keyboard.type('疏浚');
			await page.waitForTimeout(600);
		},
	},
	{
		name: 'help',
		act: async (page) => {
			await openSubject(page);
			await page.keyboard.press('?');
			await page.waitForTimeout(300);
		},
	},
	{
		name: 'new-entry',
		act: async (page) => {
			await openSubject(page);
			await page.keyboard.press('Alt+Shift+n');
			await page.waitForTimeout(300);
		},
	},
	{
		name: 'move',
		act: async (page) => {
			await openSubject(page);
			await page.keyboard.press('Alt+m');
			await page.waitForTimeout(600);
		},
	},
	{ name: 'empty', wishes: { isEmpty: true } },
	{ name: 'offline', wishes: { isOffline: true }, act: openSubject },
	{ name: 'reader-dark-en', wishes: { role: 'reader' }, act: openSubject, theme: 'dark', language: 'en' },
	{ name: 'gone', path: '/catalogue/01900000-0000-7000-8000-000000000000' },
	{ name: 'search', path: '/catalogue/search?q=疏浚' },
	{ name: 'search-nothing', path: '/catalogue/search?q=不存在的词' },
	{ name: 'import', path: '/catalogue/import' },
	{
		name: 'import-report',
		path: '/catalogue/import',
		act: async (page) => {
			await page
				.locator('input[type=file]')
				.first()
				.setInputFiles({
					name: '水务局2021年归档目录.xlsx',
					mimeType: 'application/octet-stream',
					buffer: Buffer.alloc(200_000),
				});
			await page.waitForTimeout(1500);
		},
	},
	{
		name: 'versions',
		act: async (page) => {
			await openSubject(page);
			await page.getByRole('button', { name: /^保存状态/ }).click();
			await page.waitForTimeout(300);
		},
	},
];

mkdirSync(SHOTS, { recursive: true });
const wanted = process.argv.slice(2);
const browser = await chromium.launch({
	executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
	args: [
		'--no-sandbox',
		'--disable-gpu',
		'--disable-quic',
		'--no-first-run',
		'--disable-background-networking',
		'--disable-component-update',
		'--disable-sync',
	],
});
for (const shot of SHOTS_TO_TAKE) {
	if (wanted.length && !wanted.includes(shot.name)) continue;
	const context = await browser.newContext({
		viewport: shot.size ?? DESK,
		locale: shot.language ?? 'zh-CN',
		colorScheme: shot.theme ?? 'light',
		reducedMotion: 'reduce',
	});
	const page = await context.newPage();
	page.on('console', (message) => {
		if (message.type() === 'error' || message.type() === 'warning')
			console.log(`  [${message.type()}] ${message.text().slice(0, 300)}`);
	});
	page.on('pageerror', (error) => console.log(`  [thrown] ${error.message.slice(0, 500)}`));
	await page.addInitScript((wishes) => {
		(globalThis as Record<string, unknown>)['lantaiFake'] = wishes;
	}, shot.wishes ?? {});
	console.log(shot.name);
	try {
		await page.goto(`${ORIGIN}${shot.path ?? '/catalogue'}`);
		await page.getByRole('banner').waitFor({ timeout: 60_000 });
		await page.waitForTimeout(700);
		await shot.act?.(page);
		await page.screenshot({ path: join(SHOTS, `${shot.name}.png`) });
		const { violations } = await new AxeBuilder({ page }).analyze();
		for (const { id, impact, nodes } of violations)
			console.log(
				`  axe ${id} (${impact}) ${nodes.length}: ${nodes[0]?.html.slice(0, 160)} ${nodes[0]?.failureSummary?.split('\n')[1]?.trim().slice(0, 200)}`,
			);
	} catch (error) {
		await page.screenshot({ path: join(SHOTS, `${shot.name}.png`) });
		console.log(`  failed: ${String(error).slice(0, 400)}`);
	}
	await context.close();
}
await browser.close();
