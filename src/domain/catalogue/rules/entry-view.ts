import type { ArchivalDate } from '../archival-date/archival-date.ts';
import { civilDate } from '../archival-date/days.ts';
import { parseArchivalDate } from '../archival-date/parse-archival-date.ts';
import { textOf, type FieldKey, type FieldValue, type ItemValue } from '../entry.ts';
import { parseCode, type ParsedCode, type UnreadCode } from '../reference-codes/parse-code.ts';
import type { RegimeChoice } from './regime-choice.ts';
import type { CheckedEntry, EntryFacts, PreparedRules } from './rule-facts.ts';
import { flagsOf } from './title-flags.ts';
import { readDocumentNumber, type DocumentNumber } from './document-number.ts';

/** One item of a repeatable field. */
export interface ViewedItem {
	readonly key: FieldKey;
	readonly text: string;
	readonly value: FieldValue;
}

const NO_FACTS: EntryFacts = Object.freeze({});
const NO_ITEMS: readonly ViewedItem[] = Object.freeze([]);

/** An entry with what several rules need of it, each read once and only when asked for. */
export class EntryView {
	readonly entry: CheckedEntry;
	readonly level: string;
	readonly facts: EntryFacts;
	readonly #rules: PreparedRules;
	#code: ParsedCode | UnreadCode | null | undefined;
	#choice: RegimeChoice | null | undefined;
	#date: ArchivalDate | null | undefined;
	#range: ArchivalDate | null | undefined;
	#number: DocumentNumber | null | undefined;
	#items: Record<string, ViewedItem[]> | undefined;
	#day: string | undefined;
	#lastDay: string | undefined;
	#titleFlags = -1;

	constructor(entry: CheckedEntry, rules: PreparedRules) {
		this.entry = entry;
		this.level = entry.level;
		this.facts = entry.facts ?? NO_FACTS;
		this.#rules = rules;
	}

	/** True for what is described one by one: files and items. */
	get isUnit(): boolean {
		return this.level === 'item' || this.level === 'file';
	}

	/** A field as written. */
	text(field: string): string {
		return textOf(this.entry.fields[field]);
	}

	value(field: string): FieldValue | undefined {
		return this.entry.fields[field];
	}

	/** A long text as plain words. */
	body(field: string): string {
		const body = this.entry.bodies?.[field];
		if (typeof body === 'string') return body;
		const written = this.entry.fields[field];
		return typeof written === 'string' ? written : '';
	}

	/** The items of a repeatable field, in the order of the list. */
	items(field: string): readonly ViewedItem[] {
		return (this.#items ??= itemsByField(this.entry.fields))[field] ?? NO_ITEMS;
	}

	get creators(): readonly ViewedItem[] {
		return this.items('creators');
	}

	/** What kinds of signs its title has; see `title-flags.ts`. */
	get titleFlags(): number {
		if (this.#titleFlags === -1) this.#titleFlags = flagsOf(this.text('title'));
		return this.#titleFlags;
	}

	/** The regime its code was made under; `undefined` while nobody said. */
	get regime(): RegimeChoice | undefined {
		if (this.#choice === undefined)
			this.#choice = this.isUnit ? (this.#rules.regimeOf(this.entry) ?? null) : null;
		return this.#choice ?? undefined;
	}

	/** Its code under that regime; `undefined` without a code or a regime. */
	get code(): ParsedCode | UnreadCode | undefined {
		if (this.#code === undefined) {
			const text = this.text('referenceCode');
			const { regime } = this;
			this.#code = regime && text.trim() !== '' ? parseCode(regime.regime, text) : null;
		}
		return this.#code ?? undefined;
	}

	/** Its date of document as read; `undefined` when nothing is written. */
	get date(): ArchivalDate | undefined {
		if (this.#date === undefined) this.#date = this.#read('documentDate');
		return this.#date ?? undefined;
	}

	/** Its range of dates as read; `undefined` when nothing is written. */
	get range(): ArchivalDate | undefined {
		if (this.#range === undefined) this.#range = this.#read('dateRange');
		return this.#range ?? undefined;
	}

	#read(field: string): ArchivalDate | null {
		const text = this.text(field);
		return text.trim() === '' ? null : parseArchivalDate(text, { today: this.#rules.today });
	}

	/** The year its document is of, when that is sure; of a file, the first. 0: not known. */
	get dateYear(): number {
		const date = this.date ?? this.range;
		if (!date || date.earliest === null || date.isUncertain) return 0;
		return civilDate(date.earliest).year;
	}

	/** The day for which names are looked up, `YYYYMMDD`; empty when it is not known. */
	get day(): string {
		if (this.#day === undefined) this.#readDays();
		return this.#day ?? '';
	}

	/** The last day it may be of; equal to {@link day} where the day is known. */
	get lastDay(): string {
		if (this.#day === undefined) this.#readDays();
		return this.#lastDay ?? '';
	}

	#readDays(): void {
		this.#day = this.#lastDay = '';
		const date = this.date ?? this.range;
		if (!date || date.earliest === null || date.latest === null || date.isUncertain) return;
		if (date.precision !== 'day' && date.latest - date.earliest > 366) return;
		this.#day = eightDigits(date.earliest);
		this.#lastDay = date.latest === date.earliest ? this.#day : eightDigits(date.latest);
	}

	/** Its year field, when that is a year. */
	get year(): number {
		const value = this.entry.fields['year'];
		const year = typeof value === 'number' ? value : Number(textOf(value).trim() || Number.NaN);
		return Number.isInteger(year) && year > 0 && year < 10_000 ? year : 0;
	}

	/** Its document number, taken apart. */
	get number(): DocumentNumber | undefined {
		if (this.#number === undefined)
			this.#number = readDocumentNumber(this.text('documentNumber').trim()) ?? null;
		return this.#number ?? undefined;
	}
}

/** Every item of every repeatable field, in one pass. */
function itemsByField(fields: Readonly<Record<FieldKey, FieldValue>>): Record<string, ViewedItem[]> {
	const found = Object.create(null) as Record<string, ViewedItem[]>;
	for (const key in fields) {
		const end = key.indexOf('#');
		if (end <= 0 || !Object.hasOwn(fields, key)) continue;
		const value = fields[key] as FieldValue;
		const text = textOf(value);
		if (text === '') continue;
		const field = key.slice(0, end);
		const items = found[field];
		if (items) items.push({ key, text, value });
		else found[field] = [{ key, text, value }];
	}
	for (const field in found) {
		const items = found[field] as ViewedItem[];
		if (items.length > 1) items.sort(byOrder);
	}
	return found;
}

function byOrder(one: ViewedItem, other: ViewedItem): number {
	const [a, b] = [orderOf(one), orderOf(other)];
	return a < b ? -1 : a > b ? 1 : one.key < other.key ? -1 : 1;
}

function orderOf({ value }: ViewedItem): string {
	const order = (value as { order?: unknown } | null)?.order;
	return typeof order === 'string' ? order : '';
}

function eightDigits(day: number): string {
	const { year, month, day: ofMonth } = civilDate(day);
	return String(year * 10_000 + month * 100 + ofMonth).padStart(8, '0');
}

/** A value of a field with other words: items of repeatables and marked titles keep what else they say. */
export function withText(value: FieldValue | undefined, text: string): FieldValue {
	if (value === null || typeof value !== 'object' || Array.isArray(value)) return text;
	const item = value as ItemValue;
	// Marks and what was derived from the old words do not hold for others.
	const { normal: _normal, marks: _marks, ...kept } = item as ItemValue & Record<string, FieldValue>;
	return 'marks' in item ? text : ({ ...kept, text } as FieldValue);
}
