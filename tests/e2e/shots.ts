import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test, type Page } from '@playwright/test';
import { startArchive, type Archive } from './archive.ts';

const FOLDER = join(import.meta.dirname, '../../shots');
const SIZES = { desk: { width: 1440, height: 900 }, tablet: { width: 820, height: 1180 } } as const;

/** Every page, on the desk and on a tablet, light and dark: what a demanding user sees. */
test('screenshots of every page', async ({ browser }) => {
	test.setTimeout(600_000);
	mkdirSync(FOLDER, { recursive: true });
	const fresh = await startArchive({ isSetUp: false });
	const archive = await startArchive({ holdings: 'tiny' });
	try {
		for (const [size, viewport] of Object.entries(SIZES))
			for (const colorScheme of ['light', 'dark'] as const) {
				const context = await browser.newContext({ viewport, colorScheme, locale: 'zh-CN' });
				const page = await context.newPage();
				const shoot = async (name: string): Promise<void> => {
					await page.waitForLoadState('networkidle').catch(() => undefined);
					await page.screenshot({ path: join(FOLDER, `${name}-${size}-${colorScheme}.png`) });
				};
				await page.goto(`${fresh.origin}/setup`);
				await shoot('setup');
				await page.goto(`${archive.origin}/sign-in`);
				await shoot('sign-in');
				await archive.signIn(page, '管理员');
				await shoot('catalogue-empty-selection');
				await openFirstItem(page, archive);
				await shoot('entry');
				await page.goto(`${archive.origin}/catalogue/search?q=${encodeURIComponent('防汛')}`);
				await shoot('search');
				for (const [name, path] of [
					['import', '/catalogue/import'],
					['people', '/administration/people'],
					['settings', '/administration/settings'],
					['account', '/account'],
					['device', '/device'],
					['trust', '/trust'],
					['not-found', '/catalogue/01900000-0000-7000-8000-000000000000'],
				] as const) {
					await page.goto(archive.origin + path);
					await shoot(name);
				}
				await context.close();
			}
	} finally {
		await fresh.stop();
		await archive.stop();
	}
});

async function openFirstItem(page: Page, archive: Archive): Promise<void> {
	const id = await archive.anItem();
	await page.goto(`${archive.origin}/catalogue/${id}`);
	await page
		.getByRole('textbox')
		.first()
		.waitFor({ timeout: 10_000 })
		.catch(() => undefined);
}
