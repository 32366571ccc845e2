import type { DatabaseSync } from 'node:sqlite';
import { AuthorityIndex } from '#domain/catalogue/authorities/authority-index.ts';
import type { Authority } from '#domain/catalogue/authorities/authority.ts';
import { textOf, type FieldKey, type FieldValue } from '#domain/catalogue/entry.ts';
import type { FondsRecord } from '#domain/catalogue/fonds/fonds-record.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import { exceptionKey, type RuleException } from '#domain/catalogue/rules/exception-definition.ts';
import { prepareRules, type PreparedRules } from '#domain/catalogue/rules/rule-facts.ts';
import { storedRecords } from '../registers/stored-records.ts';

/** The outermost entry of a fonds, as far as it tells which fonds of the register it is. */
export interface FondsRow {
	readonly id: string;
	readonly row_id: number;
	readonly reference_code: string;
	readonly fields: string;
}

/** An exception that counts as long as the value is the same. */
interface KnownException {
	readonly id: string;
	readonly value: string;
}

/** What holds for many entries: registers as they are now, prepared once for each fonds and profile. */
export class CheckFacts {
	readonly #authorities: AuthorityIndex;
	readonly #byNumber = new Map<string, FondsRecord>();
	readonly #byEntry = new Map<string, FondsRecord>();
	readonly #exceptions = new Map<string, KnownException>();
	readonly #prepared = new Map<string, PreparedRules>();
	readonly #today: string;

	/** @param today `YYYYMMDD` */
	constructor(database: DatabaseSync, today: string) {
		this.#today = today;
		this.#authorities = new AuthorityIndex(storedRecords<Authority>(database, 'authority'));
		for (const { content, isWithdrawn } of storedRecords<FondsRecord>(database, 'fonds')) {
			if (isWithdrawn) continue;
			this.#byNumber.set(content.fondsNumber, content);
			if (content.entryId !== '') this.#byEntry.set(content.entryId, content);
		}
		this.readExceptions(database);
	}

	/** Takes exceptions as they are now. */
	readExceptions(database: DatabaseSync): void {
		this.#exceptions.clear();
		for (const { id, content, isWithdrawn } of storedRecords<RuleException>(database, 'exception'))
			if (!isWithdrawn) this.#exceptions.set(exceptionKey(content), { id, value: content.value });
	}

	/** The facts for entries of a fonds that are described by a profile. */
	preparedFor(fonds: FondsRow, profile: string): PreparedRules {
		const key = `${fonds.id} ${profile}`;
		let prepared = this.#prepared.get(key);
		if (!prepared) {
			const record = this.#recordOf(fonds);
			prepared = prepareRules({
				today: this.#today,
				profile: profileOf(profile),
				...(record ? { fonds: record } : {}),
				// With an empty register no number would be right.
				...(this.#byNumber.size > 0 ? { fondsNumbers: new Set(this.#byNumber.keys()) } : {}),
				...(this.#authorities.size > 0 ? { authorities: this.#authorities } : {}),
				deployment: { classified: false },
			});
			this.#prepared.set(key, prepared);
		}
		return prepared;
	}

	/** Numbers of the fonds in the register. */
	get fondsNumbers(): Iterable<string> {
		return this.#byNumber.keys();
	}

	/** The exception that lets a finding be. */
	exceptionOf(entryId: string, rule: RuleException['rule'], field: string, value: string): string | null {
		if (this.#exceptions.size === 0) return null;
		const known = this.#exceptions.get(exceptionKey({ entryId, rule, field }));
		return known?.value === value ? known.id : null;
	}

	#recordOf({ id, reference_code: code, fields }: FondsRow): FondsRecord | undefined {
		const own = this.#byEntry.get(id);
		if (own) return own;
		const number = textOf((JSON.parse(fields) as Record<FieldKey, FieldValue>)['fondsNumber']).trim();
		return this.#byNumber.get(number) ?? this.#byNumber.get(code.trim());
	}
}
