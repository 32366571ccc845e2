import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Looks for what axe finds wrong on a page. */
export function axeOn(page: Page): AxeBuilder {
	// In the page itself and without a list of all that is right: the same violations in a fraction of the time. The
	// other mode opens a blank page each time, for frames of other origins, which our pages never hold.
	return new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode();
}

/** Fails with every violation and its place. */
export async function passesAxe(page: Page, what: string): Promise<void> {
	const { violations } = await axeOn(page).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze();
	expect(
		violations.map((each) => `${each.id} ${each.nodes.map((node) => node.target.join(' ')).join(', ')}`),
		what,
	).toEqual([]);
}
