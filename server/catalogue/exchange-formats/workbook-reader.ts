import * as xlsx from '@e965/xlsx';
import * as codepages from '@e965/xlsx/dist/cpexcel';
import { Refusal } from '#domain/base/refusal.ts';
import { readingLimits } from './reading-limits.ts';
import { openTable, type OpenedTable, type Sheet, type TableOptions } from './table-reader.ts';
import { isBlank, type TableRow } from './table-row.ts';

// Workbooks from before 1997 hold their text in the code page of the machine.
xlsx.set_cptable(codepages);

const BATCH = 500;
const MAX_UNPACKED_BYTES = 1024 * 1024 * 1024;
/** Numbers of days that no year, and no day written as eight digits, can be: May 1927 to January 2100. */
const FIRST_DAY = 10_000;
const LAST_DAY = 73_050;
/** Cells that merged ones may cover: a sheet only has to claim them. */
const MOST_COVERED = 2_000_000;
const ZIP_DIRECTORY_ENTRY = 0x02014b50;

/**
 * Opens a workbook of at most `MAX_WORKBOOK_BYTES`. Takes as long as parsing it whole: run it in a worker.
 * @throws {Refusal} 'import.broken' when it cannot be parsed, 'import.too-large'; and those of `openTable`
 */
export async function openWorkbook(
	bytes: Buffer,
	kind: 'xlsx' | 'xls',
	options: TableOptions,
): Promise<OpenedTable> {
	const { fileName } = options;
	const { book, date1904 } = parsed(bytes, kind, fileName);
	const sheets: Sheet[] = book.SheetNames.map((name) => ({
		name,
		rows: rowsOf(book.Sheets[name], date1904, fileName),
	}));
	return openTable(kind, sheets, options);
}

/** The rows of the first sheet of a workbook. @throws {Refusal} as {@link openWorkbook} */
export function firstSheetRows(
	bytes: Buffer,
	kind: 'xlsx' | 'xls',
	fileName: string,
): AsyncIterable<readonly TableRow[]> {
	const { book, date1904 } = parsed(bytes, kind, fileName);
	return rowsOf(book.Sheets[book.SheetNames[0] ?? ''], date1904, fileName);
}

function parsed(
	bytes: Buffer,
	kind: 'xlsx' | 'xls',
	fileName: string,
): { readonly book: xlsx.WorkBook; readonly date1904: boolean } {
	const unpacked = kind === 'xlsx' ? unpackedBytes(bytes) : bytes.length;
	const maxBytes = Math.min(MAX_UNPACKED_BYTES, readingLimits().maxBytes);
	if (unpacked > maxBytes) throw new Refusal('import.too-large', { file: fileName, maxBytes }, 413);
	try {
		const book = xlsx.read(bytes, {
			type: 'buffer',
			dense: true,
			cellNF: true,
			cellHTML: false,
			// Without them a formula that was never computed is left out like a cell in which nothing is.
			sheetStubs: kind === 'xlsx',
		});
		return { book, date1904: book.Workbook?.WBProps?.date1904 === true };
	} catch (error) {
		// The library throws what it throws; a file that makes it throw is a file that cannot be read.
		throw new Refusal('import.broken', { file: fileName, line: 1, reason: String((error as Error).message) });
	}
}

/** What the parts of a zip say they unpack to: a small file may hold a sheet of gigabytes. */
function unpackedBytes(bytes: Buffer): number {
	let total = 0;
	const mark = Buffer.alloc(4);
	mark.writeUInt32LE(ZIP_DIRECTORY_ENTRY);
	for (let at = bytes.indexOf(mark); at >= 0 && at + 46 <= bytes.length; at = bytes.indexOf(mark, at + 46))
		total += bytes.readUInt32LE(at + 24);
	return total;
}

async function* rowsOf(
	sheet: xlsx.WorkSheet | undefined,
	date1904: boolean,
	fileName: string,
): AsyncGenerator<readonly TableRow[]> {
	const data = (sheet as { '!data'?: (xlsx.CellObject | undefined)[][] } | undefined)?.['!data'] ?? [];
	const covered = coveredBelow(sheet, fileName);
	let rows: TableRow[] = [];
	// By index: the array has holes where rows are blank, and its length may be that of the whole sheet.
	for (let at = 0; at < data.length; at++) {
		const cells: string[] = [];
		const days = new Map<number, string>();
		const formulas: number[] = [];
		const take = (column: number, cell: xlsx.CellObject | undefined): void => {
			const text = cell ? textOfCell(cell, date1904) : '';
			if (cell?.t === 'z' && (cell.f ?? cell.F) !== undefined) formulas.push(column);
			if (text === '') return;
			while (cells.length <= column) cells.push('');
			cells[column] = text;
			const day = dayOfNumber(cell, date1904);
			if (day) days.set(column, day);
		};
		data[at]?.forEach((cell, column) => take(column, cell));
		// A blank row inside a merged cell stays blank: nothing else is written there.
		if (!isBlank(cells))
			for (const { row, column } of covered.get(at) ?? []) take(column, data[row]?.[column]);
		else if (formulas.length === 0) continue;
		rows.push({
			line: at + 1,
			cells,
			...(days.size > 0 ? { days } : {}),
			...(formulas.length > 0 ? { formulas } : {}),
		});
		if (rows.length >= BATCH) {
			yield rows;
			rows = [];
		}
	}
	if (rows.length > 0) yield rows;
}

/** Of each row, the cells above that were merged over it. */
function coveredBelow(
	sheet: xlsx.WorkSheet | undefined,
	fileName: string,
): ReadonlyMap<number, readonly { readonly row: number; readonly column: number }[]> {
	const covered = new Map<number, { row: number; column: number }[]>();
	const rows = (sheet as { '!data'?: unknown[] } | undefined)?.['!data']?.length ?? 0;
	let count = 0;
	for (const { s, e } of sheet?.['!merges'] ?? [])
		for (let at = s.r + 1; at <= Math.min(e.r, rows - 1); at++) {
			if (++count > MOST_COVERED)
				throw new Refusal('import.too-large', { file: fileName, limit: MOST_COVERED }, 413);
			const cells = covered.get(at);
			if (cells) cells.push({ row: s.r, column: s.c });
			else covered.set(at, [{ row: s.r, column: s.c }]);
		}
	return covered;
}

/** The day a number without a format may stand for: what is left of a date whose column lost its format. */
function dayOfNumber(cell: xlsx.CellObject | undefined, date1904: boolean): string | undefined {
	if (cell?.t !== 'n' || !Number.isInteger(cell.v) || xlsx.SSF.is_date(String(cell.z ?? 'General')))
		return undefined;
	const serial = Number(cell.v);
	return serial >= FIRST_DAY && serial <= LAST_DAY ? writtenDay(serial, date1904) : undefined;
}

function writtenDay(serial: number, date1904: boolean): string | undefined {
	const date = xlsx.SSF.parse_date_code(serial, { date1904 }) as { y: number; m: number; d: number } | null;
	return date ? `${date.y}${String(date.m).padStart(2, '0')}${String(date.d).padStart(2, '0')}` : undefined;
}

/**
 * A cell as the person who wrote it sees it. Dates become YYYYMMDD, but only where the format shows a day: a cell that
 * shows 1985年8月 holds a day nobody wrote.
 */
function textOfCell(cell: xlsx.CellObject, date1904: boolean): string {
	if (cell.t === 'z' || cell.v === undefined || cell.v === null) return '';
	const format = String(cell.z ?? 'General');
	if (cell.t === 'n' && xlsx.SSF.is_date(format)) {
		const day = showsDay(format) ? writtenDay(Number(cell.v), date1904) : undefined;
		if (day) return day;
	}
	if (cell.t === 's') return String(cell.v);
	// General rounds long numbers to what fits a cell: 4.5E+14 is no document number.
	if (cell.t === 'n' && format === 'General') return String(cell.v);
	return cell.w ?? String(cell.v);
}

function showsDay(format: string): boolean {
	return /d/i.test(format.replace(/\[[^\]]*\]|"[^"]*"|\\./g, ''));
}
