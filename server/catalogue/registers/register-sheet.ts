import type { RegisterContent, RegisterId, RegisterRecord } from '#domain/catalogue/registers/register.ts';
import type { SheetLanguage, SheetProblem } from '#domain/catalogue/registers/sheet.ts';

/** What the rows of a sheet say, and what is wrong with them. */
export interface ReadRegisterSheet {
	readonly rows: readonly {
		/** From 1, headings included. */
		readonly row: number;
		/** Of the record it names; left out where it names none. */
		readonly id?: string;
		readonly content: RegisterContent;
	}[];
	readonly problems: readonly SheetProblem[];
}

/** The records of a register: what a sheet names by a name stands there. */
export type RecordsOf = (register: RegisterId) => readonly RegisterRecord[];

/** How a register is read from a sheet and written as one. */
export interface RegisterSheet {
	readonly read: (
		cells: readonly (readonly string[])[],
		recordsOf: RecordsOf,
		language: SheetLanguage,
	) => ReadRegisterSheet;
	readonly write: (
		records: readonly RegisterRecord[],
		recordsOf: RecordsOf,
		language: SheetLanguage,
	) => string[][];
	/** What makes two contents the same record, where a row names no id: a number, all its names. */
	readonly keyOf: (content: RegisterContent) => string;
	/** The field a problem with that key is about. */
	readonly keyField: string;
}

export type RegisterSheets = Readonly<Partial<Record<RegisterId, RegisterSheet>>>;
