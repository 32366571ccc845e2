/**
 * Runs something once the page has been in front for so long without a break.
 * @returns gives it up
 */
export function whenLookedAt(lookMs: number, run: () => void, page: Document = document): () => void {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const look = (): void => {
		clearTimeout(timer);
		if (page.visibilityState === 'visible') timer = setTimeout(done, lookMs);
	};
	const stop = (): void => {
		clearTimeout(timer);
		page.removeEventListener('visibilitychange', look);
	};
	const done = (): void => {
		stop();
		run();
	};
	page.addEventListener('visibilitychange', look);
	look();
	return stop;
}
