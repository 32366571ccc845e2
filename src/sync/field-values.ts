import * as Y from 'yjs';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import { isSameValue } from '#domain/catalogue/same-value.ts';

/**
 * One setting of one field. Elements are never edited in place. `by` and `at` are what the device claims; the truth
 * is the server's log row.
 */
export interface FieldElement {
	/** Unique within the document. */
	readonly id: string;
	readonly field: FieldKey;
	readonly value: FieldValue;
	/** Account id, or the name a script signs with. */
	readonly by: string;
	/** ISO UTC by the clock of the device. */
	readonly at: string;
	/** How it came to be, when not by hand: `import`, `cli`, `proposal:<id>` … */
	readonly via?: string;
}

/** Who sets, when by the device's clock, and how. `id` is the id the new element gets. */
export interface Setting {
	readonly id: string;
	readonly by: string;
	readonly at: string;
	readonly via?: string;
}

/**
 * The fields of a live document: a flat array of settings, a multi-value register. Setting a field deletes the
 * elements of that field one sees and appends one, so two concurrent settings both survive and nothing is merged
 * inside a value.
 */
export type FieldValues = Y.Array<FieldElement>;

/** The field values of an entry's document. */
export function fieldValuesOf(doc: Y.Doc): FieldValues {
	return doc.getArray<FieldElement>('fields');
}

/** The surviving elements by field, in array order. Several elements that say the same are no conflict. */
export function survivingElements(values: FieldValues): Map<FieldKey, FieldElement[]> {
	const byField = new Map<FieldKey, FieldElement[]>();
	for (const element of values.toArray()) {
		const list = byField.get(element.field);
		if (list) list.push(element);
		else byField.set(element.field, [element]);
	}
	return byField;
}

/** The surviving elements of one field. */
export function elementsOf(values: FieldValues, field: FieldKey): FieldElement[] {
	return values.toArray().filter((element) => element.field === field);
}

/**
 * Sets a field: removes what is seen of it and appends the new value. `null` clears it. One transaction.
 * @returns the element added
 */
export function setField(
	values: FieldValues,
	field: FieldKey,
	value: FieldValue,
	setting: Setting,
	origin?: unknown,
): FieldElement {
	const element: FieldElement = {
		id: setting.id,
		field,
		value,
		by: setting.by,
		at: setting.at,
		...(setting.via ? { via: setting.via } : {}),
	};
	const set = (): void => {
		const seen = values.toArray();
		for (let index = seen.length - 1; index >= 0; index--)
			if (seen[index]?.field === field) values.delete(index, 1);
		values.push([element]);
	};
	if (values.doc) values.doc.transact(set, origin);
	else set();
	return element;
}

/** True when these are exactly the elements named. */
export function haveSameIds(elements: readonly FieldElement[], ids: readonly string[]): boolean {
	return elements.length === ids.length && elements.every(({ id }) => ids.includes(id));
}

/** The elements whose values differ from each other: the first of each value, in the given order. */
export function distinctValues(elements: readonly FieldElement[]): FieldElement[] {
	const distinct: FieldElement[] = [];
	for (const element of elements)
		if (!distinct.some((other) => isSameValue(other.value, element.value))) distinct.push(element);
	return distinct;
}
