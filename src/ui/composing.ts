/**
 * Whether a key belongs to an input method, which composes or has just ended. Safari ends a composition before it tells
 * of the key that ended it; 229 is its mark.
 */
export function isComposing(event: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean {
	return event.isComposing || event.keyCode === 229;
}
