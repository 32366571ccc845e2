import { parseEntryId } from '../base/ids.ts';
import { Refusal } from '../base/refusal.ts';
import {
	fieldIdOf,
	itemsOf,
	STRUCTURAL_FIELDS,
	type FieldKey,
	type FieldValue,
	type ItemValue,
	type Json,
} from './entry.ts';
import { orderKeyBetween } from './order-key.ts';
import { fieldOf, levelOf, termOf, type Profile } from './profile.ts';

/** One setting: where it goes and what it says. */
export interface Setting {
	readonly key: FieldKey;
	readonly value: FieldValue;
}

/**
 * What somebody wrote for a field, outside a form that knows its type, as the setting it means. Nothing written clears
 * the field. A repeatable field without an item means its only item, or the first when it has none.
 * @throws {Refusal} 'catalogue.unknown-field' | 'catalogue.long-text' | 'catalogue.several-values' | 'catalogue.bad-value'
 */
export function settingAsWritten(
	profile: Profile,
	fields: Readonly<Record<FieldKey, FieldValue>>,
	key: FieldKey,
	written: string,
	newItemId: () => string,
): Setting {
	if ((STRUCTURAL_FIELDS as readonly string[]).includes(key))
		return { key, value: structuralValue(profile, key, written) };
	const field = fieldOf(profile, key);
	if (!field) throw new Refusal('catalogue.unknown-field', { field: key.slice(0, 80), profile: profile.id });
	if (field.type === 'longText') throw new Refusal('catalogue.long-text', { field: key });
	if (field.maxLength !== undefined && written.length > field.maxLength) throw badValue(key, written);
	if (!field.repeatable) {
		if (key !== field.id) throw new Refusal('catalogue.unknown-field', { field: key, profile: profile.id });
		if (written === '') return { key, value: null };
		if (field.type === 'integer') return { key, value: integerOf(key, written) };
		if (field.vocabulary !== undefined)
			return { key, value: termOf(profile, field.vocabulary, written)?.id ?? written };
		return { key, value: written };
	}
	const items = itemsOf(fields, field.id);
	if (key === field.id && items.length > 1)
		throw new Refusal('catalogue.several-values', { field: key, count: items.length });
	const itemKey = key === field.id ? (items[0]?.key ?? `${field.id}#${newItemId()}`) : key;
	if (written === '') return { key: itemKey, value: null };
	const known = items.find((item) => item.key === itemKey)?.value;
	return {
		key: itemKey,
		value: known
			? rewritten(known, written)
			: { order: orderKeyBetween(items.at(-1)?.value.order ?? null, null), text: written },
	};
}

/** The item with other words: what was derived from the old ones goes. */
function rewritten(item: ItemValue, text: string): ItemValue {
	const kept = Object.entries(item).filter(([name]) => name !== 'normal');
	return { ...(Object.fromEntries(kept) as Record<string, Json>), order: item.order, text };
}

function structuralValue(profile: Profile, key: FieldKey, written: string): FieldValue {
	switch (fieldIdOf(key)) {
		case 'level':
			if (levelOf(profile, written)) return written;
			break;
		case 'status':
			if (written === 'active' || written === 'deleted') return written;
			break;
		case 'parent': {
			if (written === '') return null;
			const id = parseEntryId(written);
			if (id) return id;
			break;
		}
		default:
			if (written !== '') return written;
	}
	throw badValue(key, written);
}

function integerOf(key: FieldKey, written: string): number {
	const number = Number(written);
	if (!/^-?\d+$/.test(written.trim()) || !Number.isSafeInteger(number)) throw badValue(key, written);
	return number;
}

function badValue(field: FieldKey, value: string): Refusal {
	return new Refusal('catalogue.bad-value', { field, value: value.slice(0, 80) });
}
