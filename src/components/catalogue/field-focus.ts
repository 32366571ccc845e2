import { tick } from 'svelte';
import { fieldIdOf } from '#domain/catalogue/entry.ts';

/** The editor of a long text is loaded after the card. */
const LIMIT_MS = 10_000;
/** What takes the cursor in a field. */
export const CONTROL = ':is(textarea, [contenteditable], button.ui-select, .conflict button)';

/** Where a field or item stands, the best place first. */
export function placesOf(key: string): string[] {
	return [`[data-field="${CSS.escape(key)}"]`, `[data-field-id="${CSS.escape(fieldIdOf(key))}"]`];
}

/** What takes the cursor of a field or item, if it is there now. */
export function cursorIn(root: HTMLElement | undefined, key: string): HTMLElement | undefined {
	for (const place of placesOf(key)) {
		const found = root?.querySelector<HTMLElement>(`${place} ${CONTROL}`);
		if (found) return found;
	}
	return undefined;
}

/**
 * Puts the cursor into a field, as soon as it is there; whoever types elsewhere by then is left there.
 * @param isWanted false once the cursor is wanted elsewhere
 * @returns the control that took the cursor
 */
export async function focusField(
	root: () => HTMLElement | undefined,
	key: string,
	isWanted: () => boolean = () => true,
): Promise<HTMLElement | undefined> {
	const cursor = document.activeElement;
	const end = performance.now() + LIMIT_MS;
	while (performance.now() < end && isWanted()) {
		const at = document.activeElement;
		if (at !== cursor && at?.matches('textarea, input, [contenteditable]')) return undefined;
		const found = cursorIn(root(), key);
		found?.focus();
		if (found) return found;
		await new Promise(requestAnimationFrame);
	}
	return undefined;
}

/** Brings a field of a card into view and marks it for a moment: something changed there without the cursor. */
export async function showField(card: HTMLElement | undefined, key: string): Promise<void> {
	await tick();
	const found = card?.querySelector<HTMLElement>(placesOf(key).join(', '));
	if (!found) return;
	found.scrollIntoView({ block: 'nearest' });
	const colour = getComputedStyle(found).getPropertyValue('--accent-wash');
	found.animate([{ backgroundColor: colour }, { backgroundColor: 'transparent' }], { duration: 1200 });
}
