import { Refusal } from '#domain/base/refusal.ts';
import type { Label } from '#domain/catalogue/profile.ts';
import { isAcceptable } from '#domain/catalogue/registers/register-problems.ts';
import { REGISTERS, type RegisterContent, type RegisterId } from '#domain/catalogue/registers/register.ts';
import type { SheetLanguage, SheetProblem } from '#domain/catalogue/registers/sheet.ts';
import { demand, type Person } from '#domain/permissions/permissions.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import { csvLine } from './csv-line.ts';
import { MAX_REGISTER_CHANGES } from './register-desk.ts';
import type { RegisterSheet, RegisterSheets } from './register-sheet.ts';
import type { ChangeProblem, Registers } from './registers.ts';
import type { UnderstoodRow } from './sheet-changes.ts';
import { understoodSheet } from './sheet-reading.ts';
import { Turns } from './turns.ts';

/** Rows in one answer at most; counts are of all. */
const MAX_SHOWN = 2000;

export const SHEET_ROW_STATES = ['new', 'changed', 'same', 'wrong'] as const;
export type SheetRowState = (typeof SHEET_ROW_STATES)[number];

/** What a row of a sheet would do, or did. */
export interface SheetRowOutcome {
	readonly row: number;
	/** What the record is called; empty where that was not understood. */
	readonly title: string;
	readonly state: SheetRowState;
	/** Warnings too: a row with nothing else is no wrong one. */
	readonly problems: readonly SheetProblem[];
}

/** What a sheet would do, or did: all of it, or nothing. */
export interface SheetOutcome {
	readonly fileName: string;
	readonly counts: Readonly<Record<SheetRowState, number>>;
	readonly isSaved: boolean;
	/** What the columns are called that the sheet does not have: there the records stay as they are. */
	readonly absent: readonly Label[];
	/** Rows that are wrong first, then in the order of the sheet. */
	readonly rows: readonly SheetRowOutcome[];
}

interface Parts {
	readonly registers: Registers;
	readonly sheets: RegisterSheets;
	/** URL of the module that exports the same as `REGISTER_SHEETS`, for the thread that reads them. */
	readonly sheetsModule: string;
	/** The database with the registers. */
	readonly database: string;
	/** @throws {Refusal} 'import.unknown-upload' (404) */
	readonly uploaded: (uploadId: string) => Promise<{ readonly path: string; readonly fileName: string }>;
}

/** Registers as sheets: read with a trial, saved as one, and written. */
export class SheetDesk {
	#parts: Parts;

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/**
	 * A register as delimited text, those out of use left out.
	 * @throws {Refusal} 'permissions.denied' · 'catalogue.unknown-register' (404) · 'catalogue.register-without-sheet'
	 */
	write(person: Person, register: string, language: SheetLanguage): string {
		const { id, sheet } = this.#sheetOf(register);
		demand(person, 'see', { kind: 'register', register: id });
		const all = this.#parts.registers.list(id);
		const rows = sheet.write(
			all.filter(({ isWithdrawn }) => !isWithdrawn),
			(each) => this.#parts.registers.list(each),
			language,
		);
		return `\ufeff${rows.map(csvLine).join('')}`;
	}

	/**
	 * Reads a sheet over the register. Records it does not name stay as they are.
	 * @param sheet an upload, or a file of this machine
	 * @throws {Refusal} as {@link write}; what `understoodSheet` refuses
	 */
	async read(
		identity: Identity,
		register: string,
		given: { readonly uploadId: string } | { readonly path: string; readonly fileName: string },
		options: { readonly why: string; readonly isTrial: boolean; readonly language: SheetLanguage },
	): Promise<SheetOutcome> {
		const { id } = this.#sheetOf(register);
		demand(identity.person, 'edit', { kind: 'register', register: id });
		const { registers, uploaded, database, sheetsModule } = this.#parts;
		const { path, fileName } = 'uploadId' in given ? await uploaded(given.uploadId) : given;
		const {
			rows,
			problems: found,
			absent,
		} = await understoodSheet({
			path,
			fileName,
			maxRows: MAX_REGISTER_CHANGES + 1,
			register: id,
			language: options.language,
			database,
			sheets: sheetsModule,
		});
		const changed = rows.flatMap(({ row, content, change }) => (change ? [{ row, content, change }] : []));
		const isReadable = isAcceptable(found);
		const { problems } =
			changed.length > 0 && isReadable
				? await registers.save(
						id,
						changed.map(({ content, change }) => ({ ...change, content })),
						options.why || fileName,
						actorOf(identity),
						{ isTrial: options.isTrial },
					)
				: { problems: [] };
		const isSaved = !options.isTrial && isReadable && isAcceptable(problems);
		return outcomeOf({
			fileName,
			isSaved,
			absent,
			rows,
			problems: [...found, ...problems.map((problem) => inSheet(problem, changed[problem.index]?.row ?? 1))],
			titleOf: registers.definition(id).titleOf,
		});
	}

	#sheetOf(register: string): { readonly id: RegisterId; readonly sheet: RegisterSheet } {
		const id = REGISTERS.find((each) => each === register);
		if (!id) throw new Refusal('catalogue.unknown-register', { register: register.slice(0, 40) }, 404);
		const sheet = this.#parts.sheets[id];
		if (!sheet) throw new Refusal('catalogue.register-without-sheet', { register: id });
		return { id, sheet };
	}
}

function inSheet({ field, code, params, isWarning }: ChangeProblem, row: number): SheetProblem {
	return {
		row,
		column: '',
		field,
		code,
		...(params ? { params } : {}),
		...(isWarning ? { isWarning } : {}),
	};
}

async function outcomeOf(read: {
	readonly fileName: string;
	readonly isSaved: boolean;
	readonly absent: readonly Label[];
	readonly rows: readonly UnderstoodRow[];
	readonly problems: readonly SheetProblem[];
	readonly titleOf: (content: RegisterContent) => string;
}): Promise<SheetOutcome> {
	const turns = new Turns();
	const { fileName, isSaved, absent, rows, problems, titleOf } = read;
	const byRow = Map.groupBy(problems, ({ row }) => row);
	const known = new Map(rows.map((row) => [row.row, row]));
	const numbers = [...new Set([...known.keys(), ...byRow.keys()])].toSorted((a, b) => a - b);
	const outcomes: SheetRowOutcome[] = [];
	const counts = { new: 0, changed: 0, same: 0, wrong: 0 };
	for (const row of numbers) {
		const wrong = unique(byRow.get(row) ?? []);
		const here = known.get(row);
		const state = here && isAcceptable(wrong) ? here.state : 'wrong';
		counts[state]++;
		outcomes.push({ row, title: here ? titleOf(here.content) : '', state, problems: wrong });
		if (turns.isOver) await turns.next();
	}
	const rank = ({ state, problems: said }: SheetRowOutcome): number =>
		state === 'wrong' ? 0 : said.length > 0 ? 1 : 2;
	return {
		fileName,
		counts,
		isSaved,
		absent,
		rows: outcomes.toSorted((a, b) => rank(a) - rank(b) || a.row - b.row).slice(0, MAX_SHOWN),
	};
}

/** The sheet and the save say the same of a content. */
function unique(problems: readonly SheetProblem[]): SheetProblem[] {
	const seen = new Set<string>();
	return problems.filter(({ field, code, params }) => {
		const key = JSON.stringify([field, code, params]);
		const isNew = !seen.has(key);
		seen.add(key);
		return isNew;
	});
}
