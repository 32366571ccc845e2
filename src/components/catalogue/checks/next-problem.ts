import { CONTROL, cursorIn } from '../field-focus.ts';

/**
 * The next field or item behind the cursor that has one of some problems, in the order of the card.
 * @param problems keys of fields and items
 */
export function nextPlace(
	card: HTMLElement,
	cursor: Element | null,
	problems: ReadonlySet<string>,
): string | undefined {
	const here = card.contains(cursor) ? cursor?.closest('[data-field]') : undefined;
	for (const place of card.querySelectorAll<HTMLElement>('[data-field]')) {
		const key = place.dataset['field'] ?? '';
		const isBehind = !here || (here.compareDocumentPosition(place) & Node.DOCUMENT_POSITION_FOLLOWING) > 0;
		if (isBehind && problems.has(key) && place.querySelector(CONTROL)) return key;
	}
	return undefined;
}

/**
 * Puts the cursor there, as Tab would: typing replaces what stands in the field.
 * @returns false when there is no such place; then the cursor has left its field
 */
export function goToNext(
	card: HTMLElement,
	cursor: Element | null,
	problems: () => ReadonlySet<string>,
): boolean {
	// Leaving the field commits what stands in it, and what is wrong behind it may depend on that.
	if (cursor instanceof HTMLElement && card.contains(cursor)) cursor.blur();
	const key = nextPlace(card, cursor, problems());
	const found = key === undefined ? undefined : cursorIn(card, key);
	found?.focus();
	if (found instanceof HTMLTextAreaElement) found.select();
	return found !== undefined;
}
