import { assert } from '../../base/assert.ts';
import type { Json } from '../entry.ts';
import type { Label } from '../profile.ts';
import { registerProblem, type RegisterProblemCode } from './register-problems.ts';
import type { RegisterContent, RegisterDefinition, RegisterProblem } from './register.ts';

export type SheetLanguage = keyof Label;

/** What a cell says, or why it says nothing. Left out: the field is left out. */
export type ReadCell =
	| { readonly value: Json | undefined }
	| { readonly problem: RegisterProblemCode; readonly params: Readonly<Record<string, string | number>> };

/** A column of a sheet, which is one field of the register. */
export interface SheetColumn {
	readonly field: string;
	readonly label: Label;
	/** Further headings that mean it. */
	readonly aliases?: readonly string[];
	/** Sheets without it are not read. */
	readonly isRequired?: boolean;
	/** Blanks around what is written belong to it. */
	readonly keepsBlanks?: boolean;
	readonly read: (cell: string) => ReadCell;
	readonly write: (value: Json | undefined, language: SheetLanguage) => string;
}

/** Something wrong with a sheet, and where: the row as counted from 1, headings included, and the heading. */
export interface SheetProblem extends RegisterProblem {
	readonly row: number;
	/** As it is written in the sheet; empty when it is about the whole row. */
	readonly column: string;
}

export interface SheetRow {
	/** From 1, headings included. */
	readonly row: number;
	/** What was read; where there are problems with the row, of what was understood. */
	readonly content: RegisterContent;
}

export interface ReadSheet {
	readonly rows: readonly SheetRow[];
	/** In the order of the rows. */
	readonly problems: readonly SheetProblem[];
	/** Columns the sheet does not have. */
	readonly absent: readonly SheetColumn[];
}

/** What the record says that a row means, fields by the names of the columns; undefined where there is none yet. */
export type StandingOf = (content: RegisterContent) => RegisterContent | undefined;

/** The rows of a sheet as contents of a register. Empty rows are passed over. */
export function readSheet(cells: readonly (readonly string[])[], columns: readonly SheetColumn[]): ReadSheet {
	const headings = cells[0] ?? [];
	const { byIndex, problems } = readHeadings(headings, columns);
	const absent = columns.filter((column) => !byIndex.includes(column));
	if (problems.some(({ isWarning }) => !isWarning)) return { rows: [], problems, absent };
	const rows: SheetRow[] = [];
	for (const [index, row] of cells.entries()) {
		if (index === 0 || row.every((cell) => cell.trim() === '')) continue;
		rows.push({ row: index + 1, content: readRow(row, index + 1, headings, byIndex, columns, problems) });
	}
	return { rows, problems, absent };
}

/**
 * The rows as their records would stand: a column that a sheet does not have says nothing, and an empty cell says that
 * there is nothing.
 */
export function withStanding({ rows, problems, absent }: ReadSheet, standingOf: StandingOf): SheetRow[] {
	const failed = new Set(problems.map(({ row }) => row));
	return rows.map((each) => {
		const standing = absent.length === 0 || failed.has(each.row) ? undefined : standingOf(each.content);
		if (!standing) return each;
		const content = { ...each.content };
		for (const { field } of absent) {
			const value = standing[field];
			if (value === undefined) delete content[field];
			else content[field] = value;
		}
		return { ...each, content };
	});
}

function readRow(
	row: readonly string[],
	number: number,
	headings: readonly string[],
	byIndex: readonly (SheetColumn | undefined)[],
	columns: readonly SheetColumn[],
	problems: SheetProblem[],
): RegisterContent {
	const content: Record<string, Json> = {};
	if (row.length > headings.length && row.slice(headings.length).some((cell) => cell.trim() !== ''))
		problems.push(
			problemAt(number, '', registerProblem('sheet_too_many_cells', '', { most: headings.length })),
		);
	for (const column of columns) {
		const at = byIndex.indexOf(column);
		const cell = row[at] ?? '';
		const read = column.read(column.keepsBlanks ? cell : cell.trim());
		if ('problem' in read)
			problems.push(
				problemAt(number, headings[at] ?? '', registerProblem(read.problem, column.field, read.params)),
			);
		else if (read.value !== undefined) content[column.field] = read.value;
	}
	return content;
}

function readHeadings(
	headings: readonly string[],
	columns: readonly SheetColumn[],
): { byIndex: (SheetColumn | undefined)[]; problems: SheetProblem[] } {
	const problems: SheetProblem[] = [];
	const add = (code: RegisterProblemCode, text: string): void =>
		void problems.push(problemAt(1, text, registerProblem(code, '', text === '' ? {} : { text })));
	if (headings.every((heading) => heading.trim() === '')) add('sheet_empty', '');
	const byIndex = headings.map((heading) => {
		const plain = plainHeading(heading);
		const column = columns.find(({ field, label, aliases = [] }) =>
			[field, label.zh, label.en, ...aliases].some((name) => plainHeading(name) === plain),
		);
		if (!column && plain !== '') add('sheet_column_unknown', heading);
		return column;
	});
	byIndex.forEach((column, index) => {
		if (column && byIndex.indexOf(column) < index) add('sheet_column_repeated', headings[index] as string);
	});
	if (problems.length === 0)
		for (const column of columns)
			if (column.isRequired && !byIndex.includes(column)) add('sheet_column_missing', column.label.zh);
	return { byIndex, problems };
}

function plainHeading(heading: string): string {
	return heading.normalize('NFKC').replace(/\s+/gu, '').toLowerCase();
}

function problemAt(row: number, column: string, problem: RegisterProblem): SheetProblem {
	return { ...problem, row, column };
}

/** The problems that a definition has with rows that were read, with row and heading. */
export function checkSheetRows<C extends object>(
	rows: readonly SheetRow[],
	columns: readonly SheetColumn[],
	definition: RegisterDefinition<C>,
	language: SheetLanguage,
): SheetProblem[] {
	return rows.flatMap(({ row, content }) =>
		definition
			.check(content)
			.map((problem) => problemAt(row, headingOf(problem, columns, language), problem)),
	);
}

function headingOf(
	problem: RegisterProblem,
	columns: readonly SheetColumn[],
	language: SheetLanguage,
): string {
	const [field = ''] = problem.field.split('.');
	const column =
		columns.find((each) => each.field === problem.field || each.field === field) ??
		columns.find((each) => each.field.startsWith(`${field}.`));
	return column?.label[language] ?? '';
}

/** Contents as a sheet, headings first. Reading it gives the same contents. */
export function writeSheet(
	contents: Iterable<object>,
	columns: readonly SheetColumn[],
	language: SheetLanguage,
): string[][] {
	const rows = [columns.map(({ label }) => label[language])];
	for (const content of contents) {
		const fields = content as RegisterContent;
		for (const field of Object.keys(fields))
			assert(
				columns.some((column) => column.field === field),
				`no column for ${field}`,
			);
		rows.push(columns.map(({ field, write }) => write(fields[field], language)));
	}
	return rows;
}
