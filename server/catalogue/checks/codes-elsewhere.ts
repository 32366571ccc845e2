import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { textOf, type FieldKey, type FieldValue } from '#domain/catalogue/entry.ts';
import {
	archiveCodeOf,
	codeHash,
	namesFonds,
	type CodesElsewhere,
} from '#domain/catalogue/rules/across-rules.ts';
import { foldSigns } from '#domain/catalogue/reference-codes/signs.ts';
import { isCheckedProfile } from '#domain/catalogue/rules/checked-profile.ts';
import type { CheckFacts, FondsRow } from './check-facts.ts';
import type { CheckRow } from './check-rows.ts';
import type { Checking } from './checking.ts';

/** Codes, and rows, that are looked at together. */
const AT_ONCE = 500;

/** An entry with a code that other fonds have as well. */
interface Holder {
	readonly id: string;
	readonly fondsId: string;
}

/** Reads which codes stand in several fonds of the archive. */
export class ArchiveCodes {
	readonly #database: DatabaseSync;
	readonly #rowsOfCodes: StatementSync;
	readonly #rowsOfForms: StatementSync;

	constructor(database: DatabaseSync) {
		this.#database = database;
		const select = `select entry.id, entry.row_id, parent_id, fonds_id, order_key, level, profile, reference_code, fields, bodies
			from entry`;
		const here = `entry.status = 'active' and entry.hidden = 0`;
		this.#rowsOfCodes = database.prepare(
			`${select} where reference_code in (select value from json_each(?)) and ${here}`,
		);
		this.#rowsOfForms = database.prepare(
			`${select} join coded_entry on coded_entry.row_id = entry.row_id
			where canonical in (select value from json_each(?)) and ${here}`,
		);
	}

	/**
	 * Reads them slice by slice: no reading stays open between two, so that what is checked in between sees the newest rows.
	 * @param fondsId codes of this fonds only; null for all
	 */
	*read(checking: Checking, facts: CheckFacts, fondsId: string | null): Generator<undefined, SharedCodes> {
		const numbers = this.#numbers(checking, facts);
		const fondsRows = new Map<string, FondsRow | undefined>();
		const shared = new SharedCodes();
		const seen = new Set<string>();
		for (const [statement, codes] of [
			[this.#rowsOfCodes, this.#repeated('entry', 'reference_code', fondsId)],
			// The same code written otherwise; what the background has not read yet is found as it is written.
			[this.#rowsOfForms, this.#repeated('coded_entry', 'canonical', fondsId)],
		] as const) {
			const named = codes.filter((code) => namesFonds(code, numbers));
			for (let from = 0; from < named.length; from += AT_ONCE) {
				const rows = statement.all(
					JSON.stringify(named.slice(from, from + AT_ONCE)),
				) as unknown as CheckRow[];
				for (const row of rows) {
					if (seen.has(row.id) || !isCheckedProfile(row.profile)) continue;
					seen.add(row.id);
					if (!fondsRows.has(row.fonds_id)) fondsRows.set(row.fonds_id, checking.rows.fonds(row.fonds_id));
					const fonds = fondsRows.get(row.fonds_id);
					if (!fonds) continue;
					const { entry, rules } = checking.codeSource(row, fonds);
					const code = archiveCodeOf(entry, rules, numbers);
					if (code !== undefined) shared.add(code, { id: row.id, fondsId: row.fonds_id });
				}
				yield;
			}
		}
		return shared;
	}

	/** Texts that stand more than once: read from an index alone, whatever the size of the archive. */
	#repeated(
		table: 'entry' | 'coded_entry',
		column: 'reference_code' | 'canonical',
		fondsId: string | null,
	): string[] {
		const id = table === 'entry' ? 'id' : 'entry_id';
		const sql =
			fondsId === null
				? `select ${column} as code from ${table} where ${column} <> '' group by ${column} having count(*) > 1`
				: `select distinct own.${column} as code from ${table} as own
					join entry as here on here.row_id = own.row_id and here.fonds_id = ?
					where own.${column} <> '' and exists (select 1 from ${table} as other
						where other.${column} = own.${column} and other.${id} <> own.${id})`;
		return this.#database
			.prepare(sql)
			.all(...(fondsId === null ? [] : [fondsId]))
			.map(({ code }) => String(code));
	}

	/** Numbers of fonds: of the register, and as the outermost entries say theirs. */
	#numbers(checking: Checking, facts: CheckFacts): ReadonlySet<string> {
		const numbers = new Set<string>();
		const add = (text: string): void => {
			const number = foldSigns(text);
			if (number !== '') numbers.add(number);
		};
		for (const number of facts.fondsNumbers) add(number);
		for (const { reference_code: code, fields } of checking.rows.fondsIn(null)) {
			add(code);
			add(textOf((JSON.parse(fields) as Record<FieldKey, FieldValue>)['fondsNumber']));
		}
		return numbers;
	}
}

/** Codes with the entries that have them, in whatever fonds. */
export class SharedCodes {
	readonly #holders = new Map<string, Holder[]>();
	/** Codes by fonds. */
	readonly #codes = new Map<string, Set<string>>();

	add(code: string, holder: Holder): void {
		const known = this.#holders.get(code);
		if (known) known.push(holder);
		else this.#holders.set(code, [holder]);
		const codes = this.#codes.get(holder.fondsId);
		if (codes) codes.add(code);
		else this.#codes.set(holder.fondsId, new Set([code]));
	}

	/** Entries of other fonds by the code they share with this one. */
	elsewhere(fondsId: string): CodesElsewhere {
		const elsewhere = new Map<number, string[]>();
		for (const code of this.#codes.get(fondsId) ?? []) {
			const others = (this.#holders.get(code) ?? []).filter((holder) => holder.fondsId !== fondsId);
			if (others.length > 0) elsewhere.set(codeHash(code), others.map(({ id }) => id).toSorted());
		}
		return elsewhere;
	}
}
