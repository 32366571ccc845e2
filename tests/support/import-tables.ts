import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { searchEntries } from '#server/catalogue/rows.ts';
import { system } from './entries.ts';
import { importer, type ImportArchive } from './import-archive.ts';

/** Titles of all entries that are found. */
export async function titlesFound({ storage }: ImportArchive, query: string): Promise<string[]> {
	return (await searchEntries(storage, system, query, 0, 100)).rows.map(({ title }) => title);
}

/** How much of what imports write is there. */
export async function countRows({
	storage,
}: ImportArchive): Promise<{ entries: number; imports: number; words: number }> {
	const count = async (table: 'entry' | 'import'): Promise<number> =>
		(
			await storage.db
				.selectFrom(table)
				.select((select) => select.fn.countAll<number>().as('n'))
				.executeTakeFirstOrThrow()
		).n;
	return {
		entries: await count('entry'),
		imports: await count('import'),
		words: (await searchEntries(storage, system, '甲', 0, 1)).total,
	};
}

/** A list of documents, one to a line. */
export function aTable(rows: number, title = '甲关于河道整治的通知'): string {
	return `件号,题名,责任者,日期,页数,保管期限,开放状态\n${Array.from({ length: rows }, (_, index) => `${String(index + 1).padStart(6, '0')},${title}${index + 1},沧浦区水务局,20140506,3,永久,开放\n`).join('')}`;
}

/** What lies in staging. */
export function stagingOf({ dataDir }: ImportArchive): string[] {
	const folder = join(dataDir, 'staging');
	return existsSync(folder) ? readdirSync(folder) : [];
}

/** Somebody opened the entry: its first update is in the log. With `edits`, and changed it. */
export async function opened({ storage }: ImportArchive, id: EntryId, edits: number): Promise<void> {
	const update = {
		doc: `entry:${id}`,
		payload: new Uint8Array([0, 0]),
		actor: importer,
		receivedAt: new Date().toISOString(),
	};
	await storage.log.begin({ ...update, changes: [] });
	for (let index = 0; index < edits; index++)
		await storage.log.append({
			...update,
			changes: [
				{
					elementId: createId<string>(),
					field: 'title',
					fromValues: '[]',
					toValue: '"改"',
					claimedBy: 'test',
					claimedAt: update.receivedAt,
				},
			],
		});
}
