import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** How long a page may take to come to rest. */
const REST_MS = 20_000;

/** Fails with every violation and its place, once the page is at rest: what is still being loaded may lack its title. */
export async function passesAxe(page: Page, what: string): Promise<void> {
	await expect(page).toHaveTitle(/./);
	await expect(async () => expect(await violationsOn(page), what).toEqual([])).toPass({ timeout: REST_MS });
}

async function violationsOn(page: Page): Promise<string[]> {
	// In the page itself and without a list of all that is right: the same violations in a fraction of the time. The
	// other mode opens a blank page each time, for frames of other origins, which our pages never hold.
	const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode();
	const { violations } = await axe.withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze();
	return violations.map(
		(each) => `${each.id} ${each.nodes.map(({ target }) => target.join(' ')).join(', ')}`,
	);
}
