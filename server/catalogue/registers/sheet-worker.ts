import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '#domain/base/assert.ts';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import { csvRows } from '../exchange-formats/csv-reader.ts';
import { decodedText, openSource } from '../exchange-formats/decode.ts';
import type { TableRow } from '../exchange-formats/table-row.ts';
import { MAX_WORKBOOK_BYTES, workbookKind } from '../exchange-formats/workbook-kind.ts';
import { firstSheetRows } from '../exchange-formats/workbook-reader.ts';
import type { SheetAnswer, SheetAsked } from './sheet-reading.ts';

/** Reads the cells of a sheet in a thread of its own: a workbook is parsed in one go. */
const { path, fileName, maxRows } = workerData as SheetAsked;
const DELIMITERS = [',', '\t', ';', '；', '，'];

async function read(): Promise<SheetAnswer> {
	const source = await openSource(path, { fileName, maxBytes: MAX_WORKBOOK_BYTES });
	const kind = workbookKind(source.head);
	if (kind) return { cells: await cellsOf(firstSheetRows(await readFile(path), kind, fileName)) };
	const { text, problems } = decodedText(source, { fileName });
	let head = '';
	async function* whole(): AsyncGenerator<string> {
		if (head) yield head;
		for (let next = await parts.next(); !next.done; next = await parts.next()) yield next.value;
	}
	const parts = text[Symbol.asyncIterator]();
	for (let next = await parts.next(); !next.done && !/[\r\n]/.test(head); next = await parts.next())
		head += next.value;
	const cells = await cellsOf(csvRows(whole(), delimiterOf(head), fileName));
	// A name with a hole in it is nothing anybody meant.
	const [hole] = problems;
	if (hole) throw new Refusal('import.broken', { file: fileName, line: hole.line, reason: hole.code });
	return { cells };
}

/** Rows at the places of their lines, so that problems name the line people see. */
async function cellsOf(batches: AsyncIterable<readonly TableRow[]>): Promise<string[][]> {
	const cells: string[][] = [];
	for await (const rows of batches)
		for (const row of rows) {
			if (row.line > maxRows) throw new Refusal('catalogue.too-many-records', { max: maxRows - 1 }, 413);
			while (cells.length < row.line - 1) cells.push([]);
			cells.push([...row.cells]);
		}
	const [first] = cells;
	// Excel begins text files with a mark that is no part of the first heading.
	if (first?.[0]?.startsWith('\ufeff')) first[0] = first[0].slice(1);
	return cells;
}

/** The delimiter that parts the headings most often. */
function delimiterOf(head: string): string {
	const [heading = ''] = head.split(/[\r\n]/, 1);
	const countOf = (delimiter: string): number => heading.split(delimiter).length;
	return DELIMITERS.reduce((best, each) => (countOf(each) > countOf(best) ? each : best));
}

const port = must(parentPort, 'this file runs as a worker');
try {
	port.postMessage(await read());
} catch (error) {
	if (!isRefusal(error)) throw error;
	port.postMessage({
		refusal: { code: error.code, params: error.params, status: error.status },
	} satisfies SheetAnswer);
}
