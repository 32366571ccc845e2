import type { RegisterId, RegisterRecord } from '#domain/catalogue/registers/register.ts';
import type { Registers } from './registers.ts';
import { sortedInTurns } from './sorted-in-turns.ts';
import { Turns } from './turns.ts';

/** A record as lists show it. */
interface Listed {
	readonly record: RegisterRecord;
	readonly title: string;
	/** What it is found by. */
	text?: string;
}

const BY_TITLE = new Intl.Collator('zh-CN', { numeric: true });

/**
 * The records of each register in the order of lists, kept until one changes: every page of a list is cut from it. A
 * register may have tens of thousands, so nothing here is done in one go.
 */
export class ListedRecords {
	#registers: Registers;
	#sorted = new Map<RegisterId, Promise<readonly Listed[]>>();
	/** By the record as it stands: another version is another one. */
	#listed = new WeakMap<RegisterRecord, Listed>();

	constructor(registers: Registers) {
		this.#registers = registers;
		registers.onChanged((register) => this.#sorted.delete(register));
	}

	/**
	 * Records in the order of their names, those out of use at the end.
	 * @param words in lower case; each occurs in the name or in a value
	 */
	async found(register: RegisterId, words: readonly string[]): Promise<readonly RegisterRecord[]> {
		const all = await (this.#sorted.get(register) ?? this.#sort(register));
		if (words.length === 0) return all.map(({ record }) => record);
		const turns = new Turns();
		const found: RegisterRecord[] = [];
		for (const each of all) {
			const text = (each.text ??= textOf(each));
			if (words.every((word) => text.includes(word))) found.push(each.record);
			if (turns.isOver) await turns.next();
		}
		return found;
	}

	#sort(register: RegisterId): Promise<readonly Listed[]> {
		const { titleOf } = this.#registers.definition(register);
		const all = this.#registers.list(register).map((record) => {
			const known = this.#listed.get(record) ?? { record, title: titleOf(record.content) };
			this.#listed.set(record, known);
			return known;
		});
		const sorted = sortedInTurns(
			all,
			(a, b) =>
				Number(a.record.isWithdrawn) - Number(b.record.isWithdrawn) || BY_TITLE.compare(a.title, b.title),
		);
		this.#sorted.set(register, sorted);
		return sorted;
	}
}

function textOf({ record, title }: Listed): string {
	return `${title}\n${JSON.stringify(record.content)}`.normalize('NFKC').toLowerCase();
}
