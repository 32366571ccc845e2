import { tick } from 'svelte';
import { fieldIdOf } from '#domain/catalogue/entry.ts';

/** About a second: the editor of a long text comes a moment after the card. */
const MOST_FRAMES = 60;

/**
 * Puts the cursor into the first of some fields, as soon as one is there.
 * @param places selectors of the surrounding elements, the best first
 * @param isWanted false once the cursor is wanted elsewhere
 * @returns the control that took the cursor
 */
export async function focusField(
	root: () => HTMLElement | undefined,
	places: readonly string[],
	isWanted: () => boolean = () => true,
): Promise<HTMLElement | undefined> {
	for (let frame = 0; frame < MOST_FRAMES && isWanted(); frame++) {
		for (const place of places) {
			const found = root()?.querySelector<HTMLElement>(
				`${place} :is(textarea, [contenteditable], button.ui-select, .conflict button)`,
			);
			if (!found) continue;
			found.focus();
			return found;
		}
		await new Promise(requestAnimationFrame);
	}
	return undefined;
}

/** Brings a field of a card into view and marks it for a moment: something changed there without the cursor. */
export async function showField(card: HTMLElement | undefined, key: string): Promise<void> {
	await tick();
	const found = card?.querySelector<HTMLElement>(
		`[data-field="${CSS.escape(key)}"], [data-field-id="${CSS.escape(fieldIdOf(key))}"]`,
	);
	if (!found) return;
	found.scrollIntoView({ block: 'nearest' });
	const colour = getComputedStyle(found).getPropertyValue('--accent-wash');
	found.animate([{ backgroundColor: colour }, { backgroundColor: 'transparent' }], { duration: 1200 });
}
