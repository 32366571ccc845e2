import type { Label } from '#domain/catalogue/profile.ts';
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
	/** What the columns are called that the sheet does not have: there the records stay as they are. */
	readonly absent: readonly Label[];
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

/** Finds the record that a row of a sheet means: the one it names by an id, else the one with the same key. */
export function recordFinder(
	{ keyOf }: Pick<RegisterSheet, 'keyOf'>,
	all: readonly RegisterRecord[],
): (id: string | undefined, content: RegisterContent) => RegisterRecord | undefined {
	const byId = new Map(all.map((record) => [record.id, record]));
	// Of two that are the same the one in use is meant.
	const byKey = new Map(
		all
			.toSorted((a, b) => Number(b.isWithdrawn) - Number(a.isWithdrawn))
			.map((record) => [keyOf(record.content), record]),
	);
	return (id, content) => (id === undefined ? undefined : byId.get(id)) ?? byKey.get(keyOf(content));
}

export type RegisterSheets = Readonly<Partial<Record<RegisterId, RegisterSheet>>>;
