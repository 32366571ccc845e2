import type { EntrySession, ShownValue } from '#client/contract.ts';
import { itemsOf, textOf, type FieldKey, type FieldValue, type ItemValue } from '#domain/catalogue/entry.ts';
import { termOf, type FieldDefinition, type Profile } from '#domain/catalogue/profile.ts';
import { m } from '#i18n/generated/messages.js';
import { labelOf } from '#i18n/words.ts';

/** The keys that have something to show: live, or by the row while the document is not there. */
export function keysOf(session: EntrySession): FieldKey[] {
	const keys = session.elements.size ? session.elements.keys() : Object.keys(session.detail?.fields ?? {});
	return [...keys].filter((key) => isShown(session.values(key)));
}

/** False for nothing, and for a single clearing. A clearing beside a value is a conflict and shows. */
function isShown(values: readonly ShownValue[]): boolean {
	return values.some((shown) => shown.value !== null && shown.value !== '');
}

/** The items of a repeatable field in their order, each by its newest value that is not a clearing. */
export function itemsIn(
	session: EntrySession,
	fieldId: string,
): { readonly key: FieldKey; readonly value: ItemValue }[] {
	const fields: Record<FieldKey, FieldValue> = {};
	for (const key of keysOf(session)) {
		if (!key.startsWith(`${fieldId}#`)) continue;
		const value = session.values(key).find((shown) => shown.value !== null)?.value;
		if (value !== undefined)
			// A bare text where an item belongs is shown like one, not hidden.
			fields[key] = value !== null && typeof value === 'object' ? value : { order: '', text: textOf(value) };
	}
	return itemsOf(fields, fieldId);
}

/** Items in their order with one that must stay among them, also when it is no longer one. */
export function withItem<Item extends { readonly key: FieldKey; readonly value: ItemValue }>(
	items: readonly Item[],
	kept: Item | undefined,
): readonly Item[] {
	if (!kept || items.some(({ key }) => key === kept.key)) return items;
	const { order } = kept.value;
	const at = items.findIndex(({ value }) => value.order > order);
	return items.toSpliced(at < 0 ? items.length : at, 0, kept);
}

/** What a value says to a reader. */
export function valueWords(profile: Profile, definition: FieldDefinition, value: FieldValue): string {
	if (value === null || value === '') return m.catalogue_conflict_cleared();
	const text = textOf(value);
	const term = definition.vocabulary ? termOf(profile, definition.vocabulary, text) : undefined;
	return term ? labelOf(term.label) : text;
}

/** A new value of the same kind with other words. What was derived from the old words goes. */
export function withText(old: FieldValue | undefined, text: string): FieldValue {
	if (old !== null && typeof old === 'object' && !Array.isArray(old)) {
		const rest = Object.fromEntries(Object.entries(old).filter(([name]) => name !== 'normal'));
		return { ...rest, text };
	}
	return text;
}

/** What a typed text means for a field: a number where it is one, `null` for nothing. */
export function valueOf(definition: FieldDefinition, text: string, old: FieldValue | undefined): FieldValue {
	if (text === '') return null;
	if (definition.type === 'integer' && /^\d{1,15}$/.test(text)) return Number(text);
	return withText(old, text);
}
