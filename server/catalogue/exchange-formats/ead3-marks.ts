/**
 * What our own EAD3 carries beside the standard's words, so that it comes back exactly: `@localtype` (`@datechar` on
 * dates) `lantai:<field id>` names the field, `@altrender` `lantai?…` says what the element alone does not. A
 * `processinfo` with `@localtype` `lantai-unsettled` names a field with several values and says all of them, one with
 * `lantai-standing` whether the entry was approved.
 */
import { isFieldId as isWellFormed, STRUCTURAL_FIELDS, type Json } from '#domain/catalogue/entry.ts';
import { normalised, takeAttribute, type XmlElement } from './xml-element.ts';

const HOME = 'lantai:';
const MARK = 'lantai?';

/** `@localtype` of the `localcontrol` that tells our own exports from others; its term is the profile. */
export const OWN_EXPORT = 'lantai:profile';

/** `@localtype` of a note on a field whose value is not settled: for people to read, never taken for a description. */
export const UNSETTLED_NOTE = 'lantai-unsettled';

/** `@localtype` of a note that says what the entry stands for: `@altrender` has the word. */
export const STANDING_NOTE = 'lantai-standing';

/** What an element's `@altrender` says. */
export interface Mark {
	/** Field the element belongs to, where the element alone would mean another. */
	readonly field?: string;
	/** `exact`: blanks inside count as written. */
	readonly space?: 'exact';
	/** The exact value as JSON, where text and attributes cannot carry it. */
	readonly value?: string;
	/** Level id, where `@level` and `@otherlevel` cannot carry it. */
	readonly level?: string;
	/**
	 * What a `p` or `item` stands for: `empty` an empty paragraph that is meant, `horizontalRule`, `paragraphs` several,
	 * two line breaks between. On the home of a field: how it is kept, against its profile: `body`, `item`, `value`.
	 */
	readonly block?: string;
	/** Further attributes of a rich text node or mark, as JSON. */
	readonly attrs?: string;
	/** `approved` or `working`. */
	readonly standing?: string;
	/** Level of a heading. */
	readonly heading?: string;
	/** Type of a rich text mark. */
	readonly mark?: string;
}

/** The attribute value that says `mark`. Holds no blanks, so that it survives as a token. */
export function formatMark(mark: Mark): string {
	return MARK + new URLSearchParams(mark as Record<string, string>).toString();
}

const NO_MARK: Mark = {};

/** What `@altrender` of an element says; nothing for elements of others. */
export function markOf(element: XmlElement): Mark {
	const written = element.attributes['altrender'];
	if (!written?.startsWith(MARK)) return NO_MARK;
	return Object.fromEntries(new URLSearchParams(written.slice(MARK.length))) as Mark;
}

/** `@localtype` or `@datechar` for a field. */
export function formatHome(fieldId: string): string {
	return HOME + fieldId;
}

/** The field that an element of our own names as its home. */
export function homeOf(element: XmlElement): string | undefined {
	for (const attribute of ['localtype', 'datechar']) {
		const written = element.attributes[attribute];
		if (!written?.startsWith(HOME)) continue;
		const id = written.slice(HOME.length);
		if (!isFieldId(id)) continue;
		takeAttribute(element, attribute);
		return id;
	}
	return undefined;
}

/** True for what may be a field id: never one of the structural fields, so that no file can set those. */
export function isFieldId(text: string): boolean {
	return (
		/^[a-z]/.test(text) && isWellFormed(text) && !(STRUCTURAL_FIELDS as readonly string[]).includes(text)
	);
}

/** The text of an element as a value: blanks normalised unless they count. */
export function valueText(element: XmlElement, raw: string): string {
	return markOf(element).space === 'exact' ? raw : normalised(raw);
}

/**
 * The exact value that an element carries, if it still says the same words as its text: who edits the text of an
 * export means the text.
 */
export function exactValue(
	element: XmlElement,
	words: string,
	wordsOf: (value: Json) => string,
): Json | undefined {
	const value = jsonOf(markOf(element).value);
	return value !== undefined && squeezed(wordsOf(value)) === squeezed(words) ? value : undefined;
}

/** JSON from an attribute; `undefined` when there is none or it was damaged on the way. */
export function jsonOf(written: string | undefined): Json | undefined {
	if (written === undefined) return undefined;
	try {
		return JSON.parse(written) as Json;
	} catch {
		// What the element itself says stands.
		return undefined;
	}
}

function squeezed(text: string): string {
	return text.replace(/\s+/g, '');
}
