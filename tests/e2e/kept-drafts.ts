import type { Page } from '@playwright/test';

/** Keys of what somebody writes and has not handed in, as this browser keeps it. */
export function keptDrafts(page: Page): Promise<string[]> {
	return page.evaluate(async () => {
		const done = <T>(request: IDBRequest<T>): Promise<T> =>
			new Promise((resolve, reject) => {
				request.addEventListener('success', () => resolve(request.result));
				request.addEventListener('error', () => reject(request.error ?? new Error('not read')));
			});
		const keys: string[] = [];
		for (const { name } of await indexedDB.databases()) {
			const db = await done(indexedDB.open(name ?? ''));
			if (db.objectStoreNames.contains('facts'))
				keys.push(...((await done(db.transaction('facts').objectStore('facts').getAllKeys())) as string[]));
			db.close();
		}
		return keys.filter((key) => /^(order-|register:|suggesting:|comment:|decide:)/.test(key));
	});
}
