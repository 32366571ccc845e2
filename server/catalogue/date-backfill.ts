import { isoAt, type Clock } from '#domain/base/clock.ts';
import { dayOfInstant } from '#domain/catalogue/archival-date/days.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import { rowDates } from '#domain/catalogue/row-dates.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Rows of one transaction: people at work wait for one of them at most. */
const CHUNK_ROWS = 500;

/** Gives rows of older versions of the product the days they are sorted and filtered by. */
export interface DateBackfill {
	/** Resolves when every row has them; rejects when the storage fails. */
	readonly done: Promise<void>;
	/** Ends after the chunk under way; the rest goes on at the next start. */
	stop(): Promise<void>;
}

/** Begins at once, chunk by chunk, with everything else in between. */
export function startDateBackfill(parts: { readonly storage: Storage; readonly clock: Clock }): DateBackfill {
	let isStopped = false;
	async function run(): Promise<void> {
		for (const table of ['entry', 'shown_entry'] as const)
			while (!isStopped && (await fillChunk(parts, table)) === CHUNK_ROWS);
	}
	const done = run();
	return {
		done,
		async stop() {
			isStopped = true;
			await done;
		},
	};
}

async function fillChunk(
	{ storage, clock }: { readonly storage: Storage; readonly clock: Clock },
	table: 'entry' | 'shown_entry',
): Promise<number> {
	const rows = await storage.db
		.selectFrom(table)
		.select(['row_id', 'fields'])
		.where('date_earliest', 'is', null)
		.orderBy('row_id')
		.limit(CHUNK_ROWS)
		.execute();
	const today = dayOfInstant(isoAt(clock));
	if (rows.length > 0)
		await storage.batch(
			rows.map(({ row_id, fields }) => {
				const { earliest, latest } = rowDates(fieldsIn(fields), today);
				return (
					storage.db
						.updateTable(table)
						.set({ date_earliest: earliest, date_latest: latest })
						.where('row_id', '=', row_id)
						// Whoever wrote the row in the meantime knows better.
						.where('date_earliest', 'is', null)
				);
			}),
		);
	return rows.length;
}

/** The fields of a row; of one that is only begun (in a rebuild) there are none yet. */
function fieldsIn(json: string): Readonly<Record<FieldKey, FieldValue>> {
	return json === '' ? {} : (JSON.parse(json) as Record<FieldKey, FieldValue>);
}
