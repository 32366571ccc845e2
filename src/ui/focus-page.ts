/** Gives the keyboard to the page, when what had it is gone. */
export function focusPage(): void {
	document.querySelector('main')?.focus();
}
