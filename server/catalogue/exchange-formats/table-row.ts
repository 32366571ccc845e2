import { termOf, type FieldDefinition, type Profile } from '#domain/catalogue/profile.ts';
import { addAtomParts, ATOM_REPEATED_TEXTS, atomText, type AtomPart } from './atom-columns.ts';
import { draftItem, type EntryDraft } from './entry-draft.ts';
import type { ReadingReport } from './reading-report.ts';
import type { Column, Header } from './table-columns.ts';
import type { TableMapping } from './table-mapping.ts';

/** A row as the sheet has it: text in every cell, dates already written out. */
export interface TableRow {
	/** From 1: line of a text file, row of a sheet. */
	readonly line: number;
	readonly cells: readonly string[];
	/** By column, the days (YYYYMMDD) that bare numbers stand for, if their column holds dates. */
	readonly days?: ReadonlyMap<number, string>;
	/** Columns of formulas of which the file holds no result; a row may hold nothing else. */
	readonly formulas?: readonly number[];
}

/** Nothing is written in the cells. */
export function isBlank(cells: readonly string[]): boolean {
	return cells.every((cell) => cell.trim() === '');
}

/** Cells of a column so far, taken or not. */
export interface ColumnCount {
	count: number;
	firstLine: number;
}

/** Parts the values of a repeatable field unless a mapping says otherwise. */
const SEPARATORS = ';；|';

/** Puts the cells of rows into the fields of their entries. */
export class RowReader {
	readonly counts: ColumnCount[];
	/** Cells to the right of the last heading. */
	readonly unnamed: ColumnCount = { count: 0, firstLine: 0 };
	/** By heading, formulas of which nothing is known but that they are there. */
	readonly formulas = new Map<string, ColumnCount>();
	#header: Header;
	#report: ReadingReport;
	#split: (written: string) => string[];
	#terms: TableMapping['terms'];
	#known = new Map<string, string | undefined>();

	constructor(header: Header, mapping: TableMapping | undefined, report: ReadingReport) {
		this.#header = header;
		this.#report = report;
		this.counts = header.columns.map(() => ({ count: 0, firstLine: 0 }));
		const separators = header.isAtom ? '|' : (mapping?.separators ?? SEPARATORS);
		this.#split = splitter(separators);
		this.#terms = mapping?.terms;
	}

	/** What a row says of its own place: its number, that of its parent, its level as written. */
	place(row: TableRow): { readonly id: string; readonly parent: string; readonly level: string } {
		const found = { id: '', parent: '', level: '' };
		for (const { index, target } of this.#header.columns)
			if (target?.kind === 'id' || target?.kind === 'parent' || target?.kind === 'level')
				found[target.kind] = atomText(row.cells[index] ?? '');
		return found;
	}

	/** Counts what the file does not say of a row, and tells people to look. */
	noteFormulas({ line, formulas = [] }: TableRow): void {
		for (const index of formulas) {
			const heading = this.#header.columns[index]?.heading ?? `#${index + 1}`;
			this.#report.warn('import.formula-without-value', line, { column: heading });
			const counted = this.formulas.get(heading);
			if (counted) counted.count++;
			else this.formulas.set(heading, { count: 1, firstLine: line });
		}
	}

	/** Puts a row into its entry and counts its cells. */
	take(draft: EntryDraft, row: TableRow): void {
		let parts: Partial<Record<AtomPart, string>> | undefined;
		for (const column of this.#header.columns) {
			const raw = row.cells[column.index] ?? '';
			if (raw === '') continue;
			const written = this.#header.isAtom ? atomText(raw) : raw.trim();
			if (written === '') continue;
			const counted = this.counts[column.index] as ColumnCount;
			if (counted.count++ === 0) counted.firstLine = row.line;
			if (column.target?.kind === 'field') {
				const { field } = column.target;
				if (isDate(field)) this.#putDate(draft, field, written, row, column);
				else this.#put(draft, field, written, row.line, column);
			} else if (column.target?.kind === 'atom') (parts ??= {})[column.target.part] = raw;
		}
		if (parts) addAtomParts(draft, parts);
		for (let index = this.#header.columns.length; index < row.cells.length; index++)
			if (row.cells[index]?.trim() && this.unnamed.count++ === 0) this.unnamed.firstLine = row.line;
	}

	#put(draft: EntryDraft, field: FieldDefinition, written: string, line: number, column: Column): void {
		if (field.type === 'longText') {
			const isSeveral = this.#header.isAtom && ATOM_REPEATED_TEXTS.includes(field.id);
			const paragraphs = isSeveral ? written.split('|').map(atomText) : written.split(/\r\n?|\n/);
			draft.append(
				field.id,
				paragraphs
					.map((text) => text.trim())
					.filter((text) => text !== '')
					.map((text) => ({ type: 'paragraph', content: [{ type: 'text', text }] })),
			);
		} else if (field.repeatable) {
			for (const text of this.#split(written))
				draft.add(
					field.id,
					draftItem(text, { href: field.type === 'link' && isAddress(text) ? text : undefined }),
				);
		} else if (field.type === 'integer') draft.set(field.id, this.#integer(written, line, column));
		else if (field.type === 'enum') draft.set(field.id, this.#term(field, written, line, column));
		else {
			const text = oneLine(written);
			draft.set(field.id, text);
			if (field.maxLength !== undefined && text.length > field.maxLength)
				this.#report.warn('import.too-long', line, { column: column.heading, most: String(field.maxLength) });
		}
	}

	/** Dates in plain digits: full-width ones are a habit of the keyboard, not of the date. */
	#putDate(draft: EntryDraft, field: FieldDefinition, written: string, row: TableRow, column: Column): void {
		const day = row.days?.get(column.index);
		if (day) this.#report.warn('import.date-number', row.line, { column: column.heading });
		const plain = written.replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0));
		this.#put(draft, field, day ?? plain, row.line, column);
	}

	/** A number, else what is written: a person can mend it, nothing could bring it back. */
	#integer(written: string, line: number, column: Column): number | string {
		const digits = /^(\d{1,15})(\.0*)?$/.exec(written.normalize('NFKC'))?.[1];
		if (digits !== undefined) return Number(digits);
		this.#report.warn('import.not-a-number', line, { column: column.heading, value: short(written) });
		return oneLine(written);
	}

	#term(field: FieldDefinition, written: string, line: number, column: Column): string {
		const key = `${field.id} ${written}`;
		let term = this.#known.get(key);
		if (term === undefined && !this.#known.has(key)) {
			term = this.#lookUp(this.#header.profile, field, written);
			if (this.#known.size < 10_000) this.#known.set(key, term);
		}
		if (term !== undefined) return term;
		this.#report.warn('import.unknown-term', line, { column: column.heading, value: short(written) });
		return oneLine(written);
	}

	#lookUp(profile: Profile, field: FieldDefinition, written: string): string | undefined {
		const vocabulary = field.vocabulary ?? field.id;
		const meant = this.#terms?.[field.id]?.[written] ?? written;
		return (termOf(profile, vocabulary, meant) ?? termOf(profile, vocabulary, meant.normalize('NFKC')))?.id;
	}
}

function isDate({ type }: FieldDefinition): boolean {
	return type === 'date' || type === 'dateRange';
}

function splitter(separators: string): (written: string) => string[] {
	const wanted = new Set(separators);
	return (written) => {
		const values: string[] = [];
		let value = '';
		for (const char of written) {
			if (!wanted.has(char)) value += char;
			else {
				values.push(value);
				value = '';
			}
		}
		values.push(value);
		return values.map(oneLine).filter((text) => text !== '');
	};
}

function oneLine(text: string): string {
	return text.replace(/\s*[\r\n]+\s*/g, ' ').trim();
}

function short(text: string): string {
	return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function isAddress(text: string): boolean {
	return /^https?:\/\//i.test(text);
}
