import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';

const FOLDER = join(import.meta.dirname, '../../shots');
export const SIZES = { desk: { width: 1440, height: 900 }, tablet: { width: 820, height: 1180 } } as const;

mkdirSync(FOLDER, { recursive: true });

/** Writes what a page shows now into `shots/`. */
export async function shoot(page: Page, name: string): Promise<void> {
	await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled' });
}

/** Writes one state of a page on the desk and on a tablet, light and dark, without loading it anew. */
export async function shootAll(page: Page, name: string): Promise<void> {
	for (const [size, viewport] of Object.entries(SIZES)) {
		await page.setViewportSize(viewport);
		for (const colorScheme of ['light', 'dark'] as const) {
			await page.emulateMedia({ colorScheme });
			await shoot(page, `${name}-${size}-${colorScheme}`);
		}
	}
	await page.setViewportSize(SIZES.desk);
	await page.emulateMedia({ colorScheme: 'light' });
}

/** As {@link shootAll}, and once in English. */
export async function shootInBothLanguages(page: Page, name: string): Promise<void> {
	await shootAll(page, name);
	const language = page.locator('button.language');
	await language.click();
	await page.locator('html[lang=en], button.language span:text-is("中")').first().waitFor();
	await shoot(page, `${name}-desk-light-en`);
	await language.click();
	await page.locator('button.language span:text-is("EN")').waitFor();
}
