import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Fails with every violation and its place. */
export async function passesAxe(page: Page, what: string): Promise<void> {
	const { violations } = await new AxeBuilder({ page })
		.withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
		.analyze();
	expect(
		violations.map((each) => `${each.id} ${each.nodes.map((node) => node.target.join(' ')).join(', ')}`),
		what,
	).toEqual([]);
}
