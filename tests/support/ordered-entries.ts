import type { EntryId } from '#domain/base/ids.ts';
import { createId } from '#domain/base/ids.ts';
import type { App } from '#server/app.ts';
import { anEntryRow, bulkOf } from './entry-rows.ts';

/** Entries of one transaction. */
const CHUNK = 1000;

/** A fonds with so many files below it, as an import leaves them, each with a creator under its short name. */
export async function manyBelow(app: App, count: number, creator: string): Promise<EntryId> {
	const fonds = createId();
	await app.storage.bulk([
		bulkOf([anEntryRow({ id: fonds, level: 'fonds', title: '合成全宗', fields: '{"title":"合成全宗"}' })]),
	]);
	for (let from = 0; from < count; from += CHUNK)
		await app.storage.bulk([
			bulkOf(
				Array.from({ length: Math.min(CHUNK, count - from) }, (_, at) =>
					anEntryRow({
						parent_id: fonds,
						fonds_id: fonds,
						reference_code: `B001-${from + at}`,
						creators_text: creator,
						fields: JSON.stringify({
							title: `关于整治第${from + at}号河道的通知`,
							referenceCode: `B001-${from + at}`,
							retentionPeriod: 'Y',
							'creators#1': { order: 'a0', text: creator },
						}),
					}),
				),
			),
		]);
	return fonds;
}
