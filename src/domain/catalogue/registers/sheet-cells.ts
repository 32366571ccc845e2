import type { DatedText } from '../authorities/authority.ts';
import { formatDatedText, parseDatedText } from '../authorities/written-dated-text.ts';
import type { Json } from '../entry.ts';
import type { Term } from '../profile.ts';
import type { ReadCell, SheetColumn } from './sheet.ts';

type Cell = Pick<SheetColumn, 'read' | 'write' | 'keepsBlanks'>;

/** What stands between several values of a cell, as it is written; `;` and line ends are read as well. */
const SEPARATOR = '；';

/** The values of a cell. */
export function valuesIn(cell: string): string[] {
	return cell
		.split(/[;；\n]/u)
		.map((value) => value.trim())
		.filter((value) => value !== '');
}

/** Plain words; nothing written is an empty text. */
export const textCell: Cell = {
	read: (cell) => ({ value: cell }),
	write: (value) => (typeof value === 'string' ? value : ''),
};

/** Words of several lines, as they are. */
export const longTextCell: Cell = { ...textCell, keepsBlanks: true };

/** Plain words that may be left out. */
export const optionalTextCell: Cell = {
	read: (cell) => ({ value: cell === '' ? undefined : cell }),
	write: textCell.write,
};

export const listCell: Cell = {
	read: (cell) => ({ value: valuesIn(cell) }),
	write: (value) => (Array.isArray(value) ? value.join(SEPARATOR) : ''),
};

/** Texts with their times: `沧浦县水利局（–2001）；沧浦区水务局（2001–）`. */
export const datedCell: Cell = {
	read: (cell) => {
		const dated: DatedText[] = [];
		for (const written of valuesIn(cell)) {
			const read = parseDatedText(written);
			if (!read.ok) return { problem: read.problem.code, params: read.problem.params };
			dated.push(read.value);
		}
		return { value: dated as unknown as Json };
	},
	write: (value) =>
		Array.isArray(value) ? (value as unknown as DatedText[]).map(formatDatedText).join(SEPARATOR) : '',
};

/** A number; `default` is what an empty cell says, nothing when it is left out. */
export function numberCell(options: { readonly default?: number } = {}): Cell {
	return {
		read: (cell) => {
			const plain = cell.normalize('NFKC').replace(/[,\s]/gu, '');
			if (plain === '') return { value: options.default };
			if (!/^-?\d{1,15}(?:\.\d{1,6})?$/.test(plain))
				return { problem: 'sheet_cell', params: { text: cell, form: '123' } };
			return { value: Number(plain) };
		},
		write: (value) => (typeof value === 'number' ? String(value) : ''),
	};
}

/** A term by its id, label or alias; written as its label. An empty cell is the first term. */
export function termCell(terms: readonly Term[]): Cell {
	return {
		read: (cell) => {
			const plain = cell.toLowerCase();
			const term =
				cell === ''
					? terms[0]
					: terms.find(({ id, label, aliases = [] }) =>
							[id, label.zh, label.en, ...aliases].some((name) => name.toLowerCase() === plain),
						);
			return term ? { value: term.id } : { problem: 'not_term', params: { text: cell } };
		},
		write: (value, language) => terms.find(({ id }) => id === value)?.label[language] ?? String(value ?? ''),
	};
}

/** A cell of several values, each with a form of its own. */
export function severalCell(
	readOne: (written: string) => ReadCell,
	writeOne: (value: Json, language: 'zh' | 'en') => string,
): Cell {
	return {
		read: (cell) => {
			const values: Json[] = [];
			for (const written of valuesIn(cell)) {
				const read = readOne(written);
				if ('problem' in read) return read;
				if (read.value !== undefined) values.push(read.value);
			}
			return { value: values };
		},
		write: (value, language) =>
			Array.isArray(value) ? value.map((each: Json) => writeOne(each, language)).join(SEPARATOR) : '',
	};
}
