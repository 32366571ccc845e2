import type { Locator, Page } from '@playwright/test';

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

/** Any word of edits that wait. */
export function anyWaiting(page: Page): Locator {
	return page.getByRole('button', { name: /待传/ });
}
