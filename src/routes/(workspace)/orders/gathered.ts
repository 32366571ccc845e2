import type { RowsClient } from '#client/contract.ts';

/** While an order is carried out, entries change by the thousand: they are answered by one reading. */
const GATHER_MS = 400;

/**
 * Calls a while after entries changed, and when the person comes back to the window: orders themselves announce nothing.
 * @returns stops it
 */
export function gathered(rows: Pick<RowsClient, 'onChanged'>, read: () => void): () => void {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const soon = (): void => {
		// Not put off again and again: what never stops changing is read meanwhile too.
		timer ??= setTimeout(() => {
			timer = undefined;
			read();
		}, GATHER_MS);
	};
	const stop = rows.onChanged(soon);
	addEventListener('focus', soon);
	return () => {
		clearTimeout(timer);
		removeEventListener('focus', soon);
		stop();
	};
}
