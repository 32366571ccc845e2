import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CodedEntry } from '#domain/catalogue/reference-codes/group-numbers.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import { textOf } from '#domain/catalogue/entry.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { lineFinder, type CatalogueCount } from '#domain/statistics/holdings/catalogue-counts.ts';
import type { HoldingsLine } from '#domain/statistics/holdings/gates.ts';
import type { HoldingsRecord } from '#domain/statistics/holdings/holdings-record.ts';
import { visible } from '#server/catalogue/rows.ts';
import type { Storage } from '#server/storage/storage.ts';
import { placeOfCode, retentionCode } from './entry-counts.ts';

/** Entries read at once. */
const PAGE = 2000;
/** Entries looked at before others get their turn. */
const SLICE = 500;

/**
 * The entries a line counts by number: its files, or its single items where there are no files. An entry belongs to the line
 * to which the counts give it, so that list and figure agree.
 */
export async function entriesOfLine(
	{ db }: Storage,
	person: Person,
	line: HoldingsRecord,
	lines: readonly HoldingsLine[],
	lineId: string,
	numbers: ReadonlySet<string>,
): Promise<readonly CodedEntry[]> {
	const isFiles = line.files > 0;
	const lineOf = lineFinder(lines.filter(({ content }) => content.fondsNumber === line.fondsNumber));
	const found: CodedEntry[] = [];
	const fondsIds = (
		await db
			.selectFrom('entry')
			.select('id')
			.where('reference_code', '=', line.fondsNumber)
			.whereRef('fonds_id', '=', 'id')
			.execute()
	).map(({ id }) => id);
	for (let after = 0; ;) {
		const rows = await visible(db, person)
			.leftJoin('entry as parent', 'parent.id', 'entry.parent_id')
			.leftJoin('entry as root', 'root.id', 'entry.fonds_id')
			.select([
				'entry.id',
				'entry.row_id',
				'entry.reference_code',
				'entry.fields',
				'root.reference_code as own',
			])
			.where('entry.status', '=', 'active')
			.where('entry.hidden', '=', 0)
			.where('entry.title', '<>', '')
			.where('entry.level', '=', isFiles ? 'file' : 'item')
			.$if(!isFiles, (query) => query.where('parent.level', 'is distinct from', 'file'))
			.where('entry.reference_code', '<>', '')
			.where((where) =>
				where.or([
					where.between('entry.reference_code', `${line.fondsNumber}-`, `${line.fondsNumber}.`),
					where('entry.fonds_id', 'in', fondsIds),
				]),
			)
			.where('entry.row_id', '>', after)
			.orderBy('entry.row_id')
			.limit(PAGE)
			.execute();
		for (const [at, row] of rows.entries()) {
			if (at % SLICE === SLICE - 1) await nextTurn();
			const place = placeOfCode(row.reference_code, row.own ?? '', numbers);
			if (place.fondsNumber !== line.fondsNumber) continue;
			const fields = JSON.parse(row.fields) as Readonly<Record<FieldKey, FieldValue>>;
			const number = numberIn(textOf(fields[isFiles ? 'fileNumber' : 'itemNumber']), row.reference_code);
			if (number === undefined || lineOf(countFor(place, fields)) !== lineId) continue;
			found.push({
				id: row.id,
				parts: isFiles ? { fileNumber: number } : { itemNumber: number },
			});
		}
		if (rows.length < PAGE) return found;
		after = rows.at(-1)?.row_id ?? after;
	}
}

/** The same reading of an entry as `EntryCounts` has; one unit, as a file. */
function countFor(
	{ fondsNumber, rest }: ReturnType<typeof placeOfCode>,
	fields: Readonly<Record<FieldKey, FieldValue>>,
): CatalogueCount {
	const segment = rest.includes('-') ? rest.slice(0, rest.indexOf('-')) : '';
	const category = /^([A-Z]{2})(?:$|·)/u.exec(segment)?.[1];
	const catalogue = textOf(fields['catalogueNumber']) || (/^\d.{0,7}$/u.test(segment) ? segment : '');
	const year = /^\d{4}/.exec(
		textOf(fields['year']) || textOf(fields['documentDate']) || textOf(fields['dateRange']),
	)?.[0];
	const retention = textOf(fields['retentionPeriod']);
	return {
		fondsNumber,
		...(catalogue === '' ? {} : { catalogueNumber: catalogue }),
		...(category === undefined ? {} : { categoryCode: category }),
		...(year === undefined ? {} : { year: Number(year) }),
		...(retention === '' ? {} : { retentionPeriod: retentionCode(retention) }),
		files: 1,
		itemsInFiles: 0,
		singleItems: 0,
		digitisedUnits: 0,
		pages: 0,
		digitisedPages: 0,
	};
}

/** The number of the field, or the last of the code; inserted ones (`23甲`) keep what they carry. */
function numberIn(text: string, code: string): { value: number; suffix?: string } | undefined {
	const [, digits, suffix] = /^(\d{1,6})(\p{L})?$/u.exec(text || code.slice(code.lastIndexOf('-') + 1)) ?? [];
	const value = Number(digits);
	return digits === undefined || value === 0 ? undefined : { value, ...(suffix ? { suffix } : {}) };
}
