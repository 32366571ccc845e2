import { Refusal } from '../base/refusal.ts';
import type { ListedRow } from './orders.ts';

/** The columns of a list of corrections, with their other names. */
const COLUMNS = {
	entry: ['entry', 'id', 'referencecode', '条目', '档号'],
	field: ['field', '著录项', '著录项目', '字段'],
	value: ['value', 'newvalue', '新值', '改为'],
} as const;

/** A column of a list of corrections. */
export type ListColumn = keyof typeof COLUMNS;

/** Where each column of a list stands, by its headings. @throws {Refusal} 'collaboration.order-columns' naming one that is missing */
export function columnsOf(headings: readonly string[], file: string): Readonly<Record<ListColumn, number>> {
	const placeOf = (column: ListColumn): number => {
		const at = headings.findIndex((heading) => isNamed(heading, column));
		if (at < 0) throw new Refusal('collaboration.order-columns', { file, column });
		return at;
	};
	return { entry: placeOf('entry'), field: placeOf('field'), value: placeOf('value') };
}

function isNamed(heading: string, column: ListColumn): boolean {
	const name = heading
		.replace(/^\ufeff/, '')
		.replace(/\s+/g, '')
		.toLowerCase();
	return (COLUMNS[column] as readonly string[]).includes(name);
}

/**
 * Reads lines that somebody pasted: entry, field and value, parted by tabs, or by commas where there is no tab. Headings
 * may stand above them, and then say the order.
 * @throws {Refusal} 'collaboration.order-row-short' with the line | 'collaboration.order-columns'
 */
export function pastedRows(text: string, file: string): ListedRow[] {
	const delimiter = text.includes('\t') ? '\t' : ',';
	const lines = cellsOf(text, delimiter).filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
	const head = lines[0]?.cells ?? [];
	const hasHeadings = head.filter((cell) => COLUMN_NAMES.some((column) => isNamed(cell, column))).length > 1;
	const places = hasHeadings ? columnsOf(head, file) : { entry: 0, field: 1, value: 2 };
	return lines.slice(hasHeadings ? 1 : 0).map(({ line, cells }) => {
		const cellOf = (column: ListColumn): string => {
			const cell = cells[places[column]];
			// A line that was cut off must not clear a field.
			if (cell === undefined) throw new Refusal('collaboration.order-row-short', { file, line, column });
			return cell;
		};
		// A comma that nobody quoted belongs to the value.
		const isLast = delimiter === ',' && !hasHeadings;
		const value = isLast && cells.length > 3 ? cells.slice(2).join(delimiter) : cellOf('value');
		return { entry: cellOf('entry').trim(), field: cellOf('field').trim(), value: value.trim(), line };
	});
}

const COLUMN_NAMES = Object.keys(COLUMNS) as ListColumn[];

/** Lines of delimited text; a cell that begins with a quote may hold delimiters, line breaks and doubled quotes. */
function cellsOf(text: string, delimiter: string): { line: number; cells: string[] }[] {
	const lines: { line: number; cells: string[] }[] = [];
	let line = 1;
	let cells: string[] = [];
	let begun = line;
	let at = 0;
	while (at <= text.length) {
		let cell = '';
		if (text[at] === '"' && hasClosingQuote(text, at, delimiter)) {
			for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
				if (text[at] === '"') at++;
				if (text[at] === '\n') line++;
				cell += text[at] ?? '';
			}
			at++;
		} else {
			const from = at;
			while (at < text.length && text[at] !== delimiter && text[at] !== '\n') at++;
			cell = text.slice(from, at).replace(/\r$/, '');
		}
		cells.push(cell);
		if (text[at] === '\r') at++;
		if (text[at] !== delimiter) {
			lines.push({ line: begun, cells });
			cells = [];
			line++;
			begun = line;
		}
		at++;
	}
	return lines;
}

/** Whether a quote at the beginning of a cell is meant as one: 《"甲"》 and a forgotten quote are words. */
function hasClosingQuote(text: string, from: number, delimiter: string): boolean {
	for (let at = from + 1; at < text.length; at++) {
		if (text[at] !== '"') continue;
		if (text[at + 1] === '"') at++;
		else return [delimiter, '\n', '\r', undefined].includes(text[at + 1]);
	}
	return false;
}
