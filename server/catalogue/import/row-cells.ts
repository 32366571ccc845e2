import { dayOfInstant } from '#domain/catalogue/archival-date/days.ts';
import { rowDates } from '#domain/catalogue/row-dates.ts';
import type { PlacedRow } from './entry-placing.ts';
import type { ImportWork, RowCells } from './import-messages.ts';

/** The row of an entry as an import writes it. */
export function rowOf(
	{ entry, columns, fondsId, accessStatus }: Omit<PlacedRow, 'depth'>,
	profile: string,
	writing: Pick<NonNullable<ImportWork['writing']>, 'importRow' | 'synthetic' | 'now'>,
): RowCells {
	const { earliest, latest } = rowDates(entry.fields, dayOfInstant(writing.now));
	return [
		entry.id,
		entry.parentId,
		entry.order,
		entry.level,
		profile,
		'active',
		columns.title,
		columns.referenceCode,
		columns.dateText,
		earliest,
		latest,
		columns.creatorsText,
		JSON.stringify(entry.fields),
		JSON.stringify(entry.bodies),
		0,
		fondsId,
		columns.ownAccess,
		accessStatus,
		0,
		writing.importRow,
		writing.synthetic ? 1 : 0,
		null,
		0,
		null,
		writing.now,
		writing.now,
	];
}
