import { expect, type Browser, type Locator, type Page } from '@playwright/test';
import type { Archive } from './archive.ts';

/** The title at the head of an open entry. */
export function title(page: Page): Locator {
	return page.locator('[data-field="title"]');
}

/** Where the title is typed. */
export function titleBox(page: Page): Locator {
	return title(page).locator('textarea').first();
}

/** Sets the title as people do. */
export async function retitle(page: Page, text: string): Promise<void> {
	await titleBox(page).fill(text);
	await titleBox(page).press('Enter');
}

/** The state in the top bar while edits wait on the device. */
export function waitingCount(page: Page, count: number): Locator {
	return page.getByRole('button', { name: new RegExp(`本机 ${count} 项待传`) }).first();
}

/** The state in the top bar while something is nowhere but in this tab. */
export function unkeptCount(page: Page, count: number): Locator {
	return page.getByRole('button', { name: new RegExp(`(?<!本机 )\\b${count} 项待传`) }).first();
}

/** Any word of edits that wait. */
export function anyWaiting(page: Page): Locator {
	return page.getByRole('button', { name: /待传/ });
}

/** Opens the palette of commands, ready for what is typed. */
export async function openPalette(page: Page): Promise<void> {
	await page.keyboard.press('ControlOrMeta+k');
	await expect(page.locator('.ui-palette-input')).toBeFocused();
}

/** Resolves when parts of the app that are loaded later come from the browser: the line may be cut. */
export async function appKept(page: Page): Promise<void> {
	await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

/** A browser of somebody's own, signed in, with an entry open. */
export async function openEntry(
	archive: Archive,
	browser: Browser,
	name: string,
	id: string,
	origin = archive.origin,
): Promise<Page> {
	const page = await (await browser.newContext()).newPage();
	await archive.signIn(page, name, origin);
	await page.goto(`${origin}/catalogue/${id}`);
	await expect(titleBox(page)).not.toHaveValue('');
	return page;
}

/** What is said about the open entry. */
export function comments(page: Page): Locator {
	return page.getByRole('region', { name: '意见', exact: true });
}
