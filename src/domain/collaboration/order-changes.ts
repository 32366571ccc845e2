import { isRefusal, Refusal } from '../base/refusal.ts';
import {
	fieldIdOf,
	isDescriptive,
	textOf,
	type FieldKey,
	type FieldValue,
	type MarkedText,
} from '../catalogue/entry.ts';
import { fieldOf, obligationAt, type FieldDefinition, type Profile } from '../catalogue/profile.ts';
import { settingAsWritten } from '../catalogue/written-value.ts';
import type { OrderChange, OrderCondition, OrderRule } from './orders.ts';

/** What a rule reads of an entry. */
export interface OrderedEntry {
	readonly level: string;
	/** Dates in one line, as written. */
	readonly dateText: string;
	readonly fields: Readonly<Record<FieldKey, FieldValue>>;
}

/** Why a value is left as it is: `several` items where one is to be set · `long`, the new one would be longer than its field. */
export type LeftOut = 'several' | 'long';

/** What a rule does to one entry. */
export interface RuleOutcome {
	readonly changes: readonly Omit<OrderChange, 'entryId'>[];
	readonly leftOut: readonly LeftOut[];
}

const NOTHING: RuleOutcome = { changes: [], leftOut: [] };

/**
 * The field an order may change, by the profile.
 * @throws {Refusal} 'collaboration.order-field' for place and state | 'catalogue.unknown-field' | 'catalogue.long-text'
 */
export function orderedField(profile: Profile, key: FieldKey): FieldDefinition {
	if (!isDescriptive(key)) throw new Refusal('collaboration.order-field', { field: key.slice(0, 80) });
	const field = fieldOf(profile, key);
	if (!field) throw new Refusal('catalogue.unknown-field', { field: key.slice(0, 80), profile: profile.id });
	if (field.type === 'longText') throw new Refusal('catalogue.long-text', { field: key });
	return field;
}

/** The field a list means by what it calls it: by its id, or by a name of it in the profile. */
export function fieldNamed(profile: Profile, written: string): FieldKey {
	const wanted = written.trim().toLowerCase();
	if (fieldOf(profile, written)) return written;
	const named = profile.fields.find(({ label, aliases }) =>
		[label.zh, label.en, ...(aliases ?? [])].some((name) => name.toLowerCase() === wanted),
	);
	return named?.id ?? written;
}

/**
 * What a rule does to an entry. What says the new words already is no change.
 * @throws {Refusal} what {@link orderedField} and `settingAsWritten` refuse
 */
export function changesBy(
	rule: Exclude<OrderRule, { kind: 'rows' }>,
	profile: Profile,
	entry: OrderedEntry,
	newItemId: () => string,
): RuleOutcome {
	const field = orderedField(profile, rule.field);
	if (!isMeant(entry, rule.where)) return NOTHING;
	if (rule.kind === 'replace') return replacedIn(entry, rule.field, field, rule.words, rule.by);
	const isUsed = obligationAt(field, entry.level) !== undefined;
	if (!isUsed && valuesOf(entry, rule.field).length === 0) return NOTHING;
	try {
		const change = changeTo(profile, entry, rule.field, rule.value, newItemId);
		return change ? { changes: [change], leftOut: [] } : NOTHING;
	} catch (error) {
		if (!isRefusal(error) || error.code !== 'catalogue.several-values') throw error;
		return { changes: [], leftOut: ['several'] };
	}
}

/**
 * The change that puts what somebody wrote into a field; undefined when it says so already.
 * @throws {Refusal} what `settingAsWritten` refuses
 */
export function changeTo(
	profile: Profile,
	{ fields }: Pick<OrderedEntry, 'fields'>,
	field: FieldKey,
	written: string,
	newItemId: () => string,
): Omit<OrderChange, 'entryId'> | undefined {
	orderedField(profile, field);
	const { key, value } = settingAsWritten(profile, fields, field, written, newItemId);
	const from = fields[key] ?? null;
	return textOf(from) === textOf(value) ? undefined : { field: key, from, to: value };
}

/** The first year that dates name: four digits, however they go on. */
export function firstYearIn(dateText: string): number | undefined {
	const year = /\d{4}/.exec(dateText)?.[0];
	return year === undefined ? undefined : Number(year);
}

/** Whether the entry is one of those a condition means. */
export function isMeant(entry: OrderedEntry, where: OrderCondition | undefined): boolean {
	if (!where) return true;
	const { field, equals, contains, level, fromYear, toYear } = where;
	if (level !== undefined && entry.level !== level) return false;
	if (field !== undefined) {
		const texts = valuesOf(entry, field).map(([, value]) => textOf(value));
		if (texts.length === 0) texts.push('');
		if (equals !== undefined && !texts.includes(equals)) return false;
		if (contains !== undefined && !texts.some((text) => text.includes(contains))) return false;
	}
	if (fromYear === undefined && toYear === undefined) return true;
	const year = firstYearIn(entry.dateText);
	return year !== undefined && year >= (fromYear ?? year) && year <= (toYear ?? year);
}

function replacedIn(
	entry: OrderedEntry,
	key: FieldKey,
	{ maxLength }: FieldDefinition,
	words: string,
	by: string,
): RuleOutcome {
	const changes: Omit<OrderChange, 'entryId'>[] = [];
	const leftOut: LeftOut[] = [];
	for (const [field, from] of valuesOf(entry, key)) {
		const to = withReplaced(from, words, by);
		if (to === undefined) continue;
		if (maxLength !== undefined && textOf(to).length > maxLength) leftOut.push('long');
		else changes.push({ field, from, to });
	}
	return { changes, leftOut };
}

/** The values of a field that say something; of a repeatable one, of each item. */
function valuesOf({ fields }: Pick<OrderedEntry, 'fields'>, key: FieldKey): [FieldKey, FieldValue][] {
	return Object.entries(fields).filter(
		([field, value]) => (field === key || fieldIdOf(field) === key) && value !== null,
	);
}

/** The value with other words wherever these stand; undefined when they do not, or the value is no text. */
export function withReplaced(value: FieldValue, words: string, by: string): FieldValue | undefined {
	if (words === '' || words === by) return undefined;
	if (typeof value === 'string')
		return value.includes(words) ? orNull(value.replaceAll(words, () => by)) : undefined;
	const text = textOf(value);
	if (value === null || typeof value !== 'object' || Array.isArray(value) || !text.includes(words))
		return undefined;
	const replaced = text.replaceAll(words, () => by);
	if (replaced === '') return null;
	// What was derived from the old words goes.
	const { normal: _normal, ...kept } = value as Readonly<Record<string, FieldValue>>;
	return 'marks' in kept
		? { ...kept, text: replaced, marks: movedMarks(value as unknown as MarkedText, words, by) }
		: { ...kept, text: replaced };
}

function orNull(text: string): string | null {
	return text === '' ? null : text;
}

/** Emphasis stays on the words it was on; on replaced ones when they began or ended inside it. */
function movedMarks({ text, marks }: MarkedText, words: string, by: string): MarkedText['marks'] {
	const found: number[] = [];
	for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + words.length)) found.push(at);
	const moved = (position: number, isEnd: boolean): number => {
		let shift = 0;
		for (const at of found) {
			if (position >= at + words.length) shift += by.length - words.length;
			else if (position > at) return at + shift + (isEnd ? by.length : 0);
		}
		return position + shift;
	};
	return marks
		.map((mark) => ({ ...mark, from: moved(mark.from, false), to: moved(mark.to, true) }))
		.filter(({ from, to }) => from < to);
}
