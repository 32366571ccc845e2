import * as xlsx from '@e965/xlsx';
import * as codepages from '@e965/xlsx/dist/cpexcel';
import { Refusal } from '#domain/base/refusal.ts';
import { readingLimits } from './reading-limits.ts';
import { openTable, type OpenedTable, type Sheet, type TableOptions } from './table-reader.ts';
import type { TableRow } from './table-row.ts';

// Workbooks from before 1997 hold their text in the code page of the machine.
xlsx.set_cptable(codepages);

const BATCH = 500;
/** A workbook is held in memory whole: beyond this, save it as CSV. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;
const MAX_UNPACKED_BYTES = 1024 * 1024 * 1024;
const ZIP_DIRECTORY_ENTRY = 0x02014b50;

/**
 * Opens a workbook. Takes as long as parsing it whole: run it in a worker.
 * @throws {Refusal} 'import.broken' when it cannot be parsed, 'import.too-large'; and those of `openTable`
 */
export async function openWorkbook(
	bytes: Buffer,
	kind: 'xlsx' | 'xls',
	options: TableOptions,
): Promise<OpenedTable> {
	const { fileName } = options;
	const unpacked = kind === 'xlsx' ? unpackedBytes(bytes) : bytes.length;
	const maxBytes = Math.min(MAX_UNPACKED_BYTES, readingLimits().maxBytes);
	if (bytes.length > MAX_FILE_BYTES || unpacked > maxBytes)
		throw new Refusal('import.too-large', { file: fileName, maxBytes }, 413);
	let book: xlsx.WorkBook;
	try {
		book = xlsx.read(bytes, { type: 'buffer', dense: true, cellNF: true, cellHTML: false });
	} catch (error) {
		// The library throws what it throws; a file that makes it throw is a file that cannot be read.
		throw new Refusal('import.broken', { file: fileName, line: 1, reason: String((error as Error).message) });
	}
	const date1904 = book.Workbook?.WBProps?.date1904 === true;
	const sheets: Sheet[] = book.SheetNames.map((name) => ({
		name,
		rows: rowsOf(book.Sheets[name], date1904),
	}));
	return openTable(kind, sheets, options);
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
): AsyncGenerator<readonly TableRow[]> {
	const data = (sheet as { '!data'?: (xlsx.CellObject | undefined)[][] } | undefined)?.['!data'] ?? [];
	let rows: TableRow[] = [];
	// By index: the array has holes where rows are blank, and its length may be that of the whole sheet.
	for (let at = 0; at < data.length; at++) {
		const cells: string[] = [];
		data[at]?.forEach((cell, column) => {
			const text = cell ? textOfCell(cell, date1904) : '';
			if (text === '') return;
			while (cells.length < column) cells.push('');
			cells.push(text);
		});
		if (cells.every((cell) => cell.trim() === '')) continue;
		rows.push({ line: at + 1, cells });
		if (rows.length >= BATCH) {
			yield rows;
			rows = [];
		}
	}
	if (rows.length > 0) yield rows;
}

/**
 * A cell as the person who wrote it sees it. Dates become YYYYMMDD, but only where the format shows a day: a cell that
 * shows 1985年8月 holds a day nobody wrote.
 */
function textOfCell(cell: xlsx.CellObject, date1904: boolean): string {
	if (cell.t === 'z' || cell.v === undefined || cell.v === null) return '';
	const format = String(cell.z ?? 'General');
	if (cell.t === 'n' && xlsx.SSF.is_date(format)) {
		const date = xlsx.SSF.parse_date_code(Number(cell.v), { date1904 }) as {
			y: number;
			m: number;
			d: number;
		} | null;
		if (date && showsDay(format))
			return `${date.y}${String(date.m).padStart(2, '0')}${String(date.d).padStart(2, '0')}`;
	}
	if (cell.t === 's') return String(cell.v);
	// General rounds long numbers to what fits a cell: 4.5E+14 is no document number.
	if (cell.t === 'n' && format === 'General') return String(cell.v);
	return cell.w ?? String(cell.v);
}

function showsDay(format: string): boolean {
	return /d/i.test(format.replace(/\[[^\]]*\]|"[^"]*"|\\./g, ''));
}
