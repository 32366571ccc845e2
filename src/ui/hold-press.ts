/** So far a pointer may go, in CSS pixels, and still mean what it pressed. */
const SLIP = 8;

/**
 * For a button: pressing it may be what changes the page, as leaving a field does, and the button is elsewhere when the
 * pointer comes up. It counts as clicked all the same, unless the pointer itself has gone away.
 */
export function holdPress(button: HTMLElement): () => void {
	let at: PointerEvent | undefined;
	const down = (event: PointerEvent): void => {
		if (event.pointerType !== 'mouse' || event.button !== 0) return;
		at = event;
		button.setPointerCapture(event.pointerId);
	};
	const move = (event: PointerEvent): void => {
		if (!at || Math.hypot(event.clientX - at.clientX, event.clientY - at.clientY) <= SLIP) return;
		at = undefined;
		button.releasePointerCapture(event.pointerId);
	};
	const up = (): void => {
		at = undefined;
	};
	button.addEventListener('pointerdown', down);
	button.addEventListener('pointermove', move);
	button.addEventListener('lostpointercapture', up);
	return () => {
		button.removeEventListener('pointerdown', down);
		button.removeEventListener('pointermove', move);
		button.removeEventListener('lostpointercapture', up);
	};
}
