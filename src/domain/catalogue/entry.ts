import type { EntryId } from '../base/ids.ts';
import type { RichText } from './rich-text.ts';

/** A field id, or for repeatables `<field id>#<item id>`, e.g. `creators#0190…` or `creators#1`. */
export type FieldKey = string;

/** A field id as text: of a profile, or one an archive added (`local.<slug>`). */
export const FIELD_ID = '(?:[A-Za-z][A-Za-z0-9]{0,63}|local\\.[a-z][a-z0-9-]{0,39})';
const FIELD_ID_ONLY = new RegExp(`^${FIELD_ID}$`);
const FIELD_KEY_ONLY = new RegExp(`^${FIELD_ID}(#[A-Za-z0-9_-]{1,64})?$`);

/** Whether a text can be the id of a field. */
export function isFieldId(text: string): boolean {
	return FIELD_ID_ONLY.test(text);
}

/** Whether a text can be the key of a field or of an item. */
export function isFieldKey(text: string): boolean {
	return FIELD_KEY_ONLY.test(text);
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * What one setting of a field says: a string for one-line values, a number for integers, an object for structured
 * ones ({@link MarkedText}, {@link ItemValue}); `null` is an explicit "cleared".
 */
export type FieldValue = Json;

/** A title whose emphasis was kept. `marks` are half-open ranges in UTF-16 units of `text`, in order. */
export interface MarkedText {
	readonly text: string;
	readonly marks: readonly {
		readonly type: 'italic' | 'bold' | 'sub' | 'super';
		readonly from: number;
		readonly to: number;
	}[];
}

/**
 * One item of a repeatable field. `order` is a fractional key (`order-key.ts`); `text` is what people read; the rest
 * depends on the field: dates `normal` (ISO 8601, `/` between first and last) and `type`; other identifiers `type`;
 * containers `type`; digital objects `href`; access points `source`; creators `role`.
 */
export interface ItemValue {
	readonly order: string;
	readonly text: string;
	readonly [extra: string]: Json;
}

/** Fields every entry has, whatever its profile. They are values like others, so that moves and deletions conflict visibly. */
export const STRUCTURAL_FIELDS = ['level', 'parent', 'order', 'status'] as const;

/** Fields that say why another field is left with several values. */
export const DISPUTE_PREFIX = 'dispute#';

/** Whether a field describes the entry: neither its place and state, nor words about other fields. */
export function isDescriptive(field: FieldKey): boolean {
	return !(STRUCTURAL_FIELDS as readonly string[]).includes(field) && !field.startsWith(DISPUTE_PREFIX);
}

/** `purged`: its content is gone for good; what is left says so, and where it stood. */
export type EntryStatus = 'active' | 'deleted' | 'merged' | 'purged';

/** The description of one entry as data: no ids, no history. Long texts by field id; everything else by field key. */
export interface Description {
	readonly level: string;
	readonly fields: Readonly<Record<FieldKey, FieldValue>>;
	readonly bodies: Readonly<Record<string, RichText>>;
}

/** An entry with its place in the hierarchy: what import makes, demonstration holdings are, and export reads. */
export interface PlacedEntry extends Description {
	readonly id: EntryId;
	readonly parentId: EntryId | null;
	readonly order: string;
}

/** The field id of a key. */
export function fieldIdOf(key: FieldKey): string {
	return key.split('#', 1)[0] as string;
}

/** What a value says in one line, for lists, titles and search. Structured values give their `text`. */
export function textOf(value: FieldValue | undefined): string {
	if (value === null || value === undefined) return '';
	if (typeof value === 'object') {
		const text = (value as { text?: Json }).text;
		return typeof text === 'string' ? text : '';
	}
	return String(value);
}

/** The items of a repeatable field in their order (`order`, then key). */
export function itemsOf(
	fields: Readonly<Record<FieldKey, FieldValue>>,
	fieldId: string,
): { readonly key: FieldKey; readonly value: ItemValue }[] {
	const prefix = `${fieldId}#`;
	const items: { key: FieldKey; value: ItemValue }[] = [];
	for (const [key, value] of Object.entries(fields))
		if (key.startsWith(prefix) && value !== null && typeof value === 'object')
			items.push({ key, value: value as ItemValue });
	return items.sort((a, b) => compare(a.value.order, b.value.order) || compare(a.key, b.key));
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
