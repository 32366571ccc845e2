import { setImmediate as nextTurn } from 'node:timers/promises';
import { Refusal } from '#domain/base/refusal.ts';
import { columnsOf, type ListColumn } from '#domain/collaboration/order-list.ts';
import { MAX_ORDER_ROWS, type ListedRow, type OrderRule } from '#domain/collaboration/orders.ts';
import { csvRows } from '#server/catalogue/exchange-formats/csv-reader.ts';
import { decodedText } from '#server/catalogue/exchange-formats/decode.ts';

/** Bytes that are read in one go. */
const PIECE_BYTES = 32 * 1024;
const DELIMITERS = [',', ';', '\t', '；', '，'];

/**
 * Reads a list of corrections: delimited text in any encoding an import takes, with the columns entry, field and value.
 * @throws {Refusal} 'collaboration.order-columns' naming the one that is missing | 'collaboration.order-row-short' |
 * 'collaboration.order-too-large' | 'import.broken' with the line
 */
export async function readOrderFile(
	fileName: string,
	bytes: Buffer,
): Promise<Extract<OrderRule, { kind: 'rows' }>> {
	const source = {
		head: bytes,
		async *bytes() {
			for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
				// Others get their turn: a list may have tens of thousands of lines.
				await nextTurn();
				yield bytes.subarray(from, from + PIECE_BYTES);
			}
		},
	};
	const { text, problems, encoding } = decodedText(source, { fileName });
	const rows: ListedRow[] = [];
	let places: Readonly<Record<ListColumn, number>> | undefined;
	for await (const batch of csvRows(text, delimiterOf(bytes, encoding), fileName))
		for (const { line, cells } of batch) {
			if (!places) {
				places = columnsOf(cells, fileName);
				continue;
			}
			const cellOf = (column: ListColumn, at: number): string => {
				const cell = cells[at];
				// A line that was cut off must not clear a field.
				if (cell === undefined)
					throw new Refusal('collaboration.order-row-short', { file: fileName, line, column });
				return cell;
			};
			rows.push({
				entry: cellOf('entry', places.entry).trim(),
				field: cellOf('field', places.field).trim(),
				value: cellOf('value', places.value),
				line,
			});
			if (rows.length > MAX_ORDER_ROWS)
				throw new Refusal('collaboration.order-too-large', { limit: MAX_ORDER_ROWS }, 413);
		}
	// A new value with a hole in it is nothing anybody meant.
	const [hole] = problems;
	if (hole) throw new Refusal('import.broken', { file: fileName, line: hole.line, reason: hole.code });
	if (!places) throw new Refusal('collaboration.order-columns', { file: fileName, column: 'entry' });
	return { kind: 'rows', file: fileName, rows };
}

/** The delimiter that parts the headings most often. */
function delimiterOf(bytes: Buffer, encoding: string): string {
	const [heading = ''] = new TextDecoder(encoding).decode(bytes.subarray(0, 4096)).split(/[\r\n]/, 1);
	const countOf = (delimiter: string): number => heading.split(delimiter).length;
	return DELIMITERS.reduce((best, each) => (countOf(each) > countOf(best) ? each : best));
}
