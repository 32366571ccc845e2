import type { EntryId } from '#domain/base/ids.ts';
import type { App } from '#server/app.ts';
import { aFondsEntry, anItem, registerFonds } from './codes.ts';
import { registerEntries, system } from './entries.ts';
import { startTestServer } from './server.ts';

/** A code of the list that {@link aList} makes. */
export const code = (number: number): string => `B002-WS·2011-Y-BGS-${String(number).padStart(4, '0')}`;

/** The codes that entries say. */
export const codesOf = (app: App, ids: readonly EntryId[]): Promise<string[]> =>
	Promise.all(ids.map(async (id) => (await app.catalogue.entry(system, id)).referenceCode));

/** Items 0035–0038, in boxes of two, as drafts or registered; and two without a code. */
export async function aList(isRegistered: boolean) {
	const server = await startTestServer();
	const { app } = server;
	await registerFonds(app);
	const fonds = await aFondsEntry(app);
	const items: EntryId[] = [];
	for (const number of [35, 36, 37, 38])
		items.push(
			await anItem(app, fonds, `第${number}件`, {
				referenceCode: code(number),
				itemNumber: String(number).padStart(4, '0'),
				boxNumber: number < 37 ? '001' : '002',
			}),
		);
	if (isRegistered) await registerEntries(app, items);
	const found = [await anItem(app, fonds, '补甲', { boxNumber: '001' }), await anItem(app, fonds, '补乙')];
	return { server, app, fonds, items, found };
}
