/** Values and items that the text and attributes of an element make, for fields of any kind. */
import { textOf, type FieldValue } from '#domain/catalogue/entry.ts';
import { fieldOf, termOf, type Profile } from '#domain/catalogue/profile.ts';
import { exactValue, valueText } from './ead3-marks.ts';
import { draftItem, isDraftItem, type DraftItem, type EntryDraft } from './entry-draft.ts';
import type { ReadingReport } from './reading-report.ts';
import {
	elementsOf,
	hasOwnText,
	normalised,
	takeAttribute,
	takeText,
	type XmlElement,
} from './xml-element.ts';

/** What reading a part of an entry needs to know. */
export interface PartContext {
	readonly draft: EntryDraft;
	readonly profile: Profile;
	readonly report: ReadingReport;
}

/** The value that a field's text means: numbers and terms by the profile, else the text. */
export function valueFromText(profile: Profile, fieldId: string, text: string): FieldValue {
	const field = fieldOf(profile, fieldId);
	if (field?.type === 'integer' && /^(0|-?[1-9]\d{0,14})$/.test(text)) return Number(text);
	if (field?.type === 'enum' && field.vocabulary) return termOf(profile, field.vocabulary, text)?.id ?? text;
	return text;
}

/** The text that stands for a value in an export: the word of a term, else what it says. */
export function shownText(profile: Profile, fieldId: string, value: FieldValue): string {
	const field = fieldOf(profile, fieldId);
	if (field?.type === 'enum' && field.vocabulary && typeof value === 'string')
		return profile.vocabularies[field.vocabulary]?.find((term) => term.id === value)?.label.zh ?? value;
	return textOf(value);
}

/** The text of an element as a value, taking it. */
export function takeValue(element: XmlElement): string {
	return valueText(element, takeText(element));
}

/**
 * The exact item of an element of ours, else the one its text and attributes make; `undefined` when it is empty.
 * `words` is what the element says itself, where an attribute filled in for it.
 */
export function restored(
	element: XmlElement,
	native: DraftItem,
	words = String(native['text']),
): DraftItem | undefined {
	const exact = exactValue(element, words, textOf);
	if (isDraftItem(exact)) return exact;
	return native['text'] === '' ? undefined : native;
}

/**
 * A name or term with its source, role and kind; `undefined` when it has no words. `plain` is the element whose kind
 * goes without saying; the parts of a term are joined as subdivisions.
 */
export function nameItem(element: XmlElement, plain: string, isTerm = false): DraftItem | undefined {
	const parts = elementsOf(element, 'part');
	const isDivided = parts.length > 1 && !hasOwnText(element) && parts.length === elementsOf(element).length;
	if (isDivided) element.taken = true;
	const words = isDivided
		? parts
				.map((part) => normalised(takeText(part)))
				.filter((part) => part !== '')
				.join(isTerm ? ' -- ' : ' ')
		: takeValue(element);
	const native = draftItem(words, {
		source: takeAttribute(element, 'source'),
		role: takeAttribute(element, 'relator', 'role'),
		type: element.name === plain ? takeAttribute(element, 'localtype') : element.name,
	});
	return restored(element, native);
}
