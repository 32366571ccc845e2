import { textOf, type FieldKey, type FieldValue } from '#domain/catalogue/entry.ts';
import type { FondsRecord } from '#domain/catalogue/fonds/fonds-record.ts';
import type { Registers } from '../registers/registers.ts';

/** Finds the record of a fonds in the register: by the entry that describes it, else by its number. */
export class FondsFinder {
	#registers: Registers;
	#byNumber = new Map<string, FondsRecord>();
	#byEntry = new Map<string, FondsRecord>();
	#isRead = false;

	constructor(registers: Registers) {
		this.#registers = registers;
		registers.onChanged((register) => {
			if (register === 'fonds') this.#isRead = false;
		});
	}

	/** No fonds stands in the register: codes are kept as they were received. */
	get isEmpty(): boolean {
		this.#read();
		return this.#byNumber.size === 0;
	}

	byNumber(fondsNumber: string): FondsRecord | undefined {
		this.#read();
		return this.#byNumber.get(fondsNumber);
	}

	/** The fonds of an entry, by the entry of level fonds above it. */
	of(
		fonds: { readonly id: string; readonly fields: Readonly<Record<FieldKey, FieldValue>> } | undefined,
	): FondsRecord | undefined {
		this.#read();
		if (!fonds) return undefined;
		return this.#byEntry.get(fonds.id) ?? this.#byNumber.get(textOf(fonds.fields['referenceCode']).trim());
	}

	#read(): void {
		if (this.#isRead) return;
		this.#isRead = true;
		this.#byNumber.clear();
		this.#byEntry.clear();
		for (const { content, isWithdrawn } of this.#registers.list<FondsRecord>('fonds')) {
			if (isWithdrawn) continue;
			this.#byNumber.set(content.fondsNumber, content);
			if (content.entryId) this.#byEntry.set(content.entryId, content);
		}
	}
}

/** Digits of the last number where the fonds has its own habit. */
export function usedWidth(fonds: FondsRecord | undefined, regime: string): number | undefined {
	return fonds?.codeRegimes.find((use) => use.regime === regime && use.width !== undefined)?.width;
}
