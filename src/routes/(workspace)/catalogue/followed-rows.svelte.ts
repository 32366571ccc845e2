import { isRefusal } from '#domain/base/refusal.ts';
import type { RowsChange, RowsClient } from '#client/contract.ts';
import type { EntryRow } from '#domain/catalogue/rows.ts';
import type { PagedRows } from '#ui/data-table.svelte.ts';

/** Changes that come together are read together. */
const GATHER_MS = 150;

/**
 * Reads a list again when something in it changed.
 * @param isOurs whether a change of child lists concerns this list
 * @returns stops following
 */
export function followRows(
	rows: PagedRows<EntryRow>,
	client: RowsClient,
	isOurs: (change: RowsChange) => boolean,
): () => void {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const stop = client.onChanged((change) => {
		const ids = new Set(change.ids);
		if (!change.all && !isOurs(change) && rows.findIndex((row) => ids.has(row.id)) < 0) return;
		clearTimeout(timer);
		timer = setTimeout(() => rows.reload(), GATHER_MS);
	});
	return () => {
		clearTimeout(timer);
		stop();
	};
}

/** Whether a list that could not be read may be there when it is asked for again: not while it asks for no dates at all. */
export function mayPass(error: unknown): boolean {
	return error !== undefined && !(isRefusal(error) && error.code === 'catalogue.bad-dates');
}
