import { readFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '#domain/base/assert.ts';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import { csvRows } from '../exchange-formats/csv-reader.ts';
import { decodedText, openSource } from '../exchange-formats/decode.ts';
import type { TableRow } from '../exchange-formats/table-row.ts';
import { MAX_WORKBOOK_BYTES, workbookKind } from '../exchange-formats/workbook-kind.ts';
import { firstSheetRows } from '../exchange-formats/workbook-reader.ts';
import { registerProblem } from '#domain/catalogue/registers/register-problems.ts';
import type { RegisterId, RegisterRecord } from '#domain/catalogue/registers/register.ts';
import type { RegisterSheets } from './register-sheet.ts';
import { sheetChanges } from './sheet-changes.ts';
import type { SheetAnswer, SheetAsked, UnderstoodSheet } from './sheet-reading.ts';
import { storedRecords } from './stored-records.ts';

/** Reads a sheet over a register in a thread of its own: workbooks are parsed, and lists of thousands checked, in one go. */
const { path, fileName, maxRows, register, language, database, sheets } = workerData as SheetAsked;
/** Rows, or problems, of one part. */
const PART = 300;
const DELIMITERS = [',', '\t', ';', '；', '，'];

/** A cell by its row and column, both from 0. */
interface Place {
	readonly row: number;
	readonly column: number;
}

/** The cells, and where formulas without a result stand. */
interface Cells {
	readonly cells: string[][];
	readonly formulas: readonly Place[];
}

async function readCells(): Promise<Cells> {
	const source = await openSource(path, { fileName, maxBytes: MAX_WORKBOOK_BYTES });
	const kind = workbookKind(source.head);
	if (kind) return cellsOf(firstSheetRows(await readFile(path), kind, fileName));
	const { text, problems } = decodedText(source, { fileName });
	let head = '';
	async function* whole(): AsyncGenerator<string> {
		if (head) yield head;
		for (let next = await parts.next(); !next.done; next = await parts.next()) yield next.value;
	}
	const parts = text[Symbol.asyncIterator]();
	while (!/[\r\n]/.test(head)) {
		const next = await parts.next();
		if (next.done) break;
		head += next.value;
	}
	const cells = await cellsOf(csvRows(whole(), delimiterOf(head), fileName));
	// A name with a hole in it is nothing anybody meant.
	const [hole] = problems;
	if (hole) throw new Refusal('import.broken', { file: fileName, line: hole.line, reason: hole.code });
	return cells;
}

/** Rows at the places of their lines, so that problems name the line people see. */
async function cellsOf(batches: AsyncIterable<readonly TableRow[]>): Promise<Cells> {
	const cells: string[][] = [];
	const formulas: Place[] = [];
	for await (const rows of batches)
		for (const row of rows) {
			if (row.line > maxRows) throw new Refusal('catalogue.too-many-records', { max: maxRows - 1 }, 413);
			while (cells.length < row.line - 1) cells.push([]);
			for (const column of row.formulas ?? []) formulas.push({ row: cells.length, column });
			cells.push([...row.cells]);
		}
	const [first] = cells;
	// Excel begins text files with a mark that is no part of the first heading.
	if (first?.[0]?.startsWith('\ufeff')) first[0] = first[0].slice(1);
	return { cells, formulas };
}

/** The delimiter that parts the headings most often. */
function delimiterOf(head: string): string {
	const [heading = ''] = head.split(/[\r\n]/, 1);
	const countOf = (delimiter: string): number => heading.split(delimiter).length;
	return DELIMITERS.reduce((best, each) => (countOf(each) > countOf(best) ? each : best));
}

/** The rows as changes of the register as it stands, and what is wrong with them. */
async function understood(): Promise<UnderstoodSheet> {
	const { cells, formulas } = await readCells();
	const { REGISTER_SHEETS } = (await import(sheets)) as { REGISTER_SHEETS: RegisterSheets };
	const sheet = must(REGISTER_SHEETS[register], 'a register with a sheet');
	const connection = new DatabaseSync(database, { readOnly: true, timeout: 10_000 });
	try {
		const known = new Map<RegisterId, readonly RegisterRecord[]>();
		const recordsOf = (each: RegisterId): readonly RegisterRecord[] => {
			const records = known.get(each) ?? storedRecords(connection, each);
			known.set(each, records);
			return records;
		};
		const read = sheet.read(cells, recordsOf, language);
		const { rows, repeated } = sheetChanges(sheet, read.rows, recordsOf(register));
		// An empty cell would say that there is nothing.
		const unknown = formulas.map(({ row, column }) => ({
			...registerProblem('sheet_formula', ''),
			row: row + 1,
			column: cells[0]?.[column] ?? '',
		}));
		return { rows, problems: [...read.problems, ...repeated, ...unknown], absent: read.absent };
	} finally {
		connection.close();
	}
}

const port = must(parentPort, 'this file runs as a worker');
const say = (answer: SheetAnswer): void => port.postMessage(answer);
try {
	const { rows, problems, absent } = await understood();
	for (let from = 0; from < Math.max(rows.length, problems.length); from += PART) {
		const taken = new Promise((resolve) => port.once('message', resolve));
		const part = { rows: rows.slice(from, from + PART), problems: problems.slice(from, from + PART) };
		say({ part: JSON.stringify(part) });
		await taken;
	}
	say({ absent });
} catch (error) {
	if (!isRefusal(error)) throw error;
	say({ refusal: { code: error.code, params: error.params, status: error.status } });
}
