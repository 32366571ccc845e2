/** Gives the keyboard to the page, when what had it is gone. */
export function focusPage(): void {
	document.querySelector('main')?.focus();
}

/** Whether nothing has the keyboard: what had it is gone. */
export function isFocusLost(): boolean {
	return document.activeElement === null || document.activeElement === document.body;
}
