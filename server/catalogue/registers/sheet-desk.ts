import { Refusal } from '#domain/base/refusal.ts';
import { isAcceptable, registerProblem } from '#domain/catalogue/registers/register-problems.ts';
import { REGISTERS, type RegisterId, type RegisterRecord } from '#domain/catalogue/registers/register.ts';
import type { SheetLanguage, SheetProblem } from '#domain/catalogue/registers/sheet.ts';
import { isSameValue } from '#domain/catalogue/same-value.ts';
import { demand, type Person } from '#domain/permissions/permissions.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import { csvLine } from './csv-line.ts';
import { MAX_REGISTER_CHANGES } from './register-desk.ts';
import type { RegisterSheet, RegisterSheets } from './register-sheet.ts';
import type { ChangeProblem, RegisterChange, Registers } from './registers.ts';
import { sheetCells } from './sheet-reading.ts';

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
	/** Rows that are wrong first, then in the order of the sheet. */
	readonly rows: readonly SheetRowOutcome[];
}

interface Parts {
	readonly registers: Registers;
	readonly sheets: RegisterSheets;
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
	 * @throws {Refusal} as {@link write}; what `sheetCells` refuses
	 */
	async read(
		identity: Identity,
		register: string,
		given: { readonly uploadId: string } | { readonly path: string; readonly fileName: string },
		options: { readonly why: string; readonly isTrial: boolean; readonly language: SheetLanguage },
	): Promise<SheetOutcome> {
		const { id, sheet } = this.#sheetOf(register);
		demand(identity.person, 'edit', { kind: 'register', register: id });
		const { registers, uploaded } = this.#parts;
		const { path, fileName } = 'uploadId' in given ? await uploaded(given.uploadId) : given;
		const cells = await sheetCells({ path, fileName, maxRows: MAX_REGISTER_CHANGES + 1 });
		const all = registers.list(id);
		const read = sheet.read(cells, (each) => registers.list(each), options.language);
		const { changes, rows, repeated } = changesOf(sheet, read.rows, all);
		const problems = [...read.problems, ...repeated];
		const isReadable = isAcceptable(problems);
		const saved =
			changes.length > 0 && isReadable
				? await registers.save(id, changes, options.why || fileName, actorOf(identity), {
						isTrial: options.isTrial,
					})
				: { saved: [], problems: [] };
		problems.push(...saved.problems.map((problem) => inSheet(problem, rows)));
		const isSaved = !options.isTrial && isReadable && isAcceptable(saved.problems);
		const { titleOf } = registers.definition(id);
		return outcomeOf(fileName, isSaved, rows, problems, (content) => titleOf(content));
	}

	#sheetOf(register: string): { readonly id: RegisterId; readonly sheet: RegisterSheet } {
		const id = REGISTERS.find((each) => each === register);
		if (!id) throw new Refusal('catalogue.unknown-register', { register: register.slice(0, 40) }, 404);
		const sheet = this.#parts.sheets[id];
		if (!sheet) throw new Refusal('catalogue.register-without-sheet', { register: id });
		return { id, sheet };
	}
}

interface Row {
	readonly row: number;
	readonly content: RegisterChange['content'];
	readonly state: Exclude<SheetRowState, 'wrong'>;
	/** Place among the changes; undefined for what says nothing new. */
	readonly index: number | undefined;
}

function changesOf(
	sheet: RegisterSheet,
	read: ReturnType<RegisterSheet['read']>['rows'],
	all: readonly RegisterRecord[],
): { readonly changes: RegisterChange[]; readonly rows: Row[]; readonly repeated: SheetProblem[] } {
	const byId = new Map(all.map((record) => [record.id, record]));
	// Of two that are the same the one in use is meant.
	const byKey = new Map(
		all
			.toSorted((a, b) => Number(b.isWithdrawn) - Number(a.isWithdrawn))
			.map((record) => [sheet.keyOf(record.content), record]),
	);
	const changes: RegisterChange[] = [];
	const rows: Row[] = [];
	const repeated: SheetProblem[] = [];
	const seen = new Set<string>();
	for (const { row, id, content } of read) {
		const key = sheet.keyOf(content);
		const known = (id === undefined ? undefined : byId.get(id)) ?? byKey.get(key);
		const place = known?.id ?? key;
		if (seen.has(place)) {
			const text = key.split('\n', 1)[0]?.trim() ?? '';
			repeated.push({ ...registerProblem('repeated', sheet.keyField, { text }), row, column: '' });
			continue;
		}
		seen.add(place);
		const isSame = known && !known.isWithdrawn && isSameValue(known.content, content);
		rows.push({
			row,
			content,
			state: known ? (isSame ? 'same' : 'changed') : 'new',
			index: isSame ? undefined : changes.length,
		});
		if (isSame) continue;
		const recordId = known?.id ?? id;
		changes.push({
			...(recordId === undefined ? {} : { id: recordId }),
			based: known?.version ?? 0,
			content,
			...(known?.isWithdrawn ? { isWithdrawn: false } : {}),
		});
	}
	return { changes, rows, repeated };
}

function inSheet(
	{ index, field, code, params, isWarning }: ChangeProblem,
	rows: readonly Row[],
): SheetProblem {
	const row = rows.find((each) => each.index === index)?.row ?? 1;
	return {
		row,
		column: '',
		field,
		code,
		...(params ? { params } : {}),
		...(isWarning ? { isWarning } : {}),
	};
}

function outcomeOf(
	fileName: string,
	isSaved: boolean,
	rows: readonly Row[],
	problems: readonly SheetProblem[],
	titleOf: (content: Row['content']) => string,
): SheetOutcome {
	const byRow = Map.groupBy(problems, ({ row }) => row);
	const known = new Map(rows.map((row) => [row.row, row]));
	const numbers = [...new Set([...known.keys(), ...byRow.keys()])].toSorted((a, b) => a - b);
	const outcomes = numbers.map((row): SheetRowOutcome => {
		const wrong = unique(byRow.get(row) ?? []);
		const here = known.get(row);
		return {
			row,
			title: here ? titleOf(here.content) : '',
			state: here && isAcceptable(wrong) ? here.state : 'wrong',
			problems: wrong,
		};
	});
	const counts = { new: 0, changed: 0, same: 0, wrong: 0 };
	for (const { state } of outcomes) counts[state]++;
	const rank = ({ state, problems: said }: SheetRowOutcome): number =>
		state === 'wrong' ? 0 : said.length > 0 ? 1 : 2;
	return {
		fileName,
		counts,
		isSaved,
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
