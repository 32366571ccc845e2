import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { Refusal } from '#domain/base/refusal.ts';
import { allProfiles } from '#domain/catalogue/profiles.ts';
import { readingLimits } from './reading-limits.ts';
import { headerOf } from './table-columns.ts';
import { openTable, type OpenedTable, type TableOptions } from './table-reader.ts';
import type { TableRow } from './table-row.ts';

const DELIMITERS = [',', ';', '\t', '；', '，'] as const;
const SNIFFED_CHARACTERS = 64 * 1024;
/** Characters handed to the parser at once: it keeps every row of a piece until the last is parsed. */
const PIECE = 32 * 1024;
const BATCH = 500;

/**
 * Opens a table of delimited text; the delimiter is the one under which the headings make sense.
 * @throws {Refusal} 'import.broken' with the line, when a quotation mark is never closed, 'import.text-too-long' when a
 * row never ends; and those of `openTable`
 */
export async function openCsv(text: AsyncIterable<string>, options: TableOptions): Promise<OpenedTable> {
	const parts = unifiedLineEnds(text)[Symbol.asyncIterator]();
	let head = '';
	for (let next = await parts.next(); !next.done; next = await parts.next()) {
		head += next.value;
		if (head.length >= SNIFFED_CHARACTERS) break;
	}
	const source = Readable.from(
		(async function* () {
			yield* piecesOf(head);
			for (let next = await parts.next(); !next.done; next = await parts.next()) yield* piecesOf(next.value);
		})(),
		{ objectMode: true },
	);
	const rows = parsedRows(source, delimiterOf(head.slice(0, SNIFFED_CHARACTERS), options), options.fileName);
	return openTable('csv', [{ name: undefined, rows }], options);
}

/** Every line end as a line feed, or lines inside quotation marks would be counted by the length of their line ends. */
async function* unifiedLineEnds(text: AsyncIterable<string>): AsyncGenerator<string> {
	let endsWithReturn = false;
	for await (const part of text) {
		const unified = part.includes('\r') ? part.replace(/\r\n?/g, '\n') : part;
		// The line feed of a pair that two parts of the text hold between them.
		const whole = endsWithReturn && part.startsWith('\n') ? unified.slice(1) : unified;
		endsWithReturn = part.endsWith('\r');
		if (whole) yield whole;
	}
}

function* piecesOf(text: string): Generator<string> {
	for (let from = 0; from < text.length; from += PIECE) yield text.slice(from, from + PIECE);
}

function delimiterOf(head: string, options: TableOptions): string {
	let best: string = ',';
	let bestScore = 0;
	for (const delimiter of DELIMITERS) {
		const lines = firstLines(head, delimiter);
		const columns = Math.max(...lines.map((cells) => cells.length));
		const taken = Math.max(
			...lines.flatMap((cells) =>
				allProfiles().map((profile) => headerOf(cells, profile, options.mapping)?.taken ?? 0),
			),
		);
		const score = columns < 2 ? 0 : taken * 1000 + columns;
		if (score > bestScore) [best, bestScore] = [delimiter, score];
	}
	return best;
}

/** The first lines, cut at a delimiter outside quotation marks. */
function firstLines(head: string, delimiter: string): string[][] {
	const lines: string[][] = [[]];
	let cell = '';
	let isQuoted = false;
	for (const char of head) {
		if (char === '"') isQuoted = !isQuoted;
		else if (!isQuoted && (char === delimiter || char === '\n')) {
			lines.at(-1)?.push(cell);
			cell = '';
			if (char === '\n') {
				if (lines.length >= 10) return lines;
				lines.push([]);
			}
		} else cell += char;
	}
	lines.at(-1)?.push(cell);
	return lines;
}

/**
 * The rows of delimited text, with the line each begins on; rows without any words are left out.
 * @throws {Refusal} 'import.broken' | 'import.text-too-long'
 */
export function csvRows(
	text: AsyncIterable<string>,
	delimiter: string,
	fileName: string,
): AsyncIterable<readonly TableRow[]> {
	return parsedRows(Readable.from(unifiedLineEnds(text), { objectMode: true }), delimiter, fileName);
}

async function* parsedRows(
	source: Readable,
	delimiter: string,
	fileName: string,
): AsyncGenerator<readonly TableRow[]> {
	// An error drops the records that were parsed but not yet taken: only this says how far it came.
	let parsedTo = 0;
	const { maxTextBytes } = readingLimits();
	const parser = parse({
		delimiter,
		info: true,
		record_delimiter: '\n',
		relax_column_count: true,
		relax_quotes: true,
		// A quotation mark that is never closed would take the rest of the file for one cell.
		max_record_size: maxTextBytes,
		on_record(record: string[], context) {
			parsedTo = context.lines;
			return record;
		},
	});
	source.on('error', (error) => parser.destroy(error));
	source.pipe(parser);
	let rows: TableRow[] = [];
	let lastLine = 0;
	try {
		for await (const { record, info } of parser as AsyncIterable<{
			record: string[];
			info: { lines: number };
		}>) {
			const line = lastLine + 1;
			lastLine = info.lines;
			if (record.every((cell) => cell.trim() === '')) continue;
			rows.push({ line, cells: record });
			if (rows.length >= BATCH) {
				yield rows;
				rows = [];
			}
		}
	} catch (error) {
		if (!(error instanceof CsvError)) throw error;
		const at = { file: fileName, line: parsedTo + 1 };
		if (error.code === 'CSV_MAX_RECORD_SIZE')
			throw new Refusal('import.text-too-long', { ...at, limit: maxTextBytes }, 413);
		const reason = error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'a quotation mark is never closed' : error.code;
		throw new Refusal('import.broken', { ...at, reason });
	} finally {
		source.destroy();
		parser.destroy();
	}
	if (rows.length > 0) yield rows;
}
