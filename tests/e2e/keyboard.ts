import { expect, type Locator, type Page } from '@playwright/test';

/** More than any page has places to stop at. */
const MOST_STOPS = 120;

/** Goes on with Tab until something has the focus. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
	await target.waitFor();
	for (let presses = 0; presses < MOST_STOPS; presses++) {
		if (await target.evaluate((element) => element === document.activeElement)) return;
		await page.keyboard.press('Tab');
	}
	throw new Error(`Tab never reaches ${String(target)}`);
}

/** Something has the focus, and a line is drawn around it, its label or its current row. */
export async function seesFocus(page: Page, where: string): Promise<void> {
	await expect.poll(() => page.evaluate(drawnFocus), `the focus is seen: ${where}`).toBe('seen');
}

/** Runs in the page. */
function drawnFocus(): string {
	const focused = document.activeElement;
	if (!focused || focused === document.body) return 'nothing has the focus';
	// A window that opened with nothing to fill in is seen by itself.
	if (focused.matches('[role=dialog]')) return 'seen';
	const current = document.getElementById(focused.getAttribute('aria-activedescendant') ?? '');
	const places = [current, focused, focused.closest('label, .search')].filter((each) => each !== null);
	const isDrawn = places.some((place) => {
		const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(place);
		return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1 && outlineColor !== 'rgba(0, 0, 0, 0)';
	});
	const box = (current ?? focused).getBoundingClientRect();
	const isInSight =
		box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
	const name = `${focused.tagName} ${focused.getAttribute('aria-label') ?? focused.textContent?.slice(0, 20) ?? ''}`;
	if (!isInSight) return `${name} is out of sight`;
	return isDrawn ? 'seen' : `nothing is drawn around ${name}`;
}
